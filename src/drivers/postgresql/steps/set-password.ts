// Sets the password of a user. The plan’s secret is what PostgreSQL stores instead of it. It cannot be undone.
import { defineStep } from '../../../core/plan.ts';
import { postgresqlOf } from '../server.ts';

export default defineStep<{ readonly name: string }>({
  kind: 'postgresql/set-password',
  describe: ({ name }) => `Set the password of the PostgreSQL user “${name}”.`,
  apply: async (machine, { input: { name }, secret }) =>
    (await postgresqlOf(machine)).setPassword(name, secret),
});
