// Gives everything that the users of databases created in them to all of these users. Nothing is to be undone: they are
// the databases’ users before and after it.
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<{ readonly databases: readonly string[] }>({
  kind: 'postgresql/share',
  describe: ({ databases }) =>
    `Give what the users of these PostgreSQL databases created in them to all of their users: ${databases.join(', ')}.`,
  async apply(machine, { input: { databases } }) {
    const catalogue = await postgresqlOf(machine);
    for (const database of databases) await catalogue.share(database);
  },
});
