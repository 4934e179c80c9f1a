// Creates a user, who may use no database yet. The plan’s secret is what PostgreSQL stores instead of the password.
import { taken } from '../refusals.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<{ readonly name: string }>({
  kind: 'postgresql/create-user',
  describe: ({ name }) => `Create the PostgreSQL user “${name}”.`,
  async prepare(machine, { name }) {
    const found = await (await postgresqlOf(machine)).users({ names: [name], prefixes: [] });
    if (found.length > 0) throw taken('user', name);
  },
  apply: async (machine, { input: { name }, secret }) =>
    (await postgresqlOf(machine)).createUser(name, secret),
  undo: async (machine, { input: { name } }) => (await postgresqlOf(machine)).undoCreateUser(name),
});
