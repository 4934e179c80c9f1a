// Removes all databases and users of an account that is removed. It cannot be undone.
import { postgresqlOf } from '../server.ts';
import type { OwnedNames } from '../../owned-names.ts';
import { belongingTo } from '../owned-names.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<OwnedNames>({
  kind: 'postgresql/drop-all',
  irreversible: 'piecemeal',
  describe: ({ username }) => `Remove the PostgreSQL databases and users of “${username}”.`,
  async apply(machine, { input }) {
    const catalogue = await postgresqlOf(machine);
    const { databases, users } = await belongingTo(catalogue, input);
    for (const database of databases) await catalogue.dropDatabase(database);
    for (const user of users) await catalogue.dropUser(user);
  },
});
