// Removes a user. What it created stays in its databases. It cannot be undone, because the password is not known.
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<{ readonly name: string }>({
  kind: 'postgresql/drop-user',
  irreversible: 'at-once',
  describe: ({ name }) => `Remove the PostgreSQL user “${name}”, and end its sessions.`,
  apply: async (machine, { input: { name } }) => (await postgresqlOf(machine)).dropUser(name),
});
