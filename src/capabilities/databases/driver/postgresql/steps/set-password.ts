// Sets the password of a user. The plan’s secret is what PostgreSQL stores instead of it. It cannot be undone.
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<{ readonly name: string }>({
  kind: 'postgresql/set-password',
  describe: ({ name }) => `Set the password of the PostgreSQL user “${name}”.`,
  apply: async (machine, { input: { name }, secret }) =>
    (await postgresqlOf(machine)).setPassword(name, secret),
});
