// Removes a database with everything in it. It cannot be undone.
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<{ readonly name: string }>({
  kind: 'postgresql/drop-database',
  irreversible: 'at-once',
  describe: ({ name }) =>
    `Remove the PostgreSQL database “${name}” with everything in it, and end its sessions.`,
  apply: async (machine, { input: { name } }) => (await postgresqlOf(machine)).dropDatabase(name),
});
