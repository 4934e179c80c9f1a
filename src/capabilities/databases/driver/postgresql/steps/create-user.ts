// Creates a user, who may use no database yet. The plan’s secret is what PostgreSQL stores instead of the password.
import { taken } from '../refusals.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly name: string;
  /** The most connections at once. 0, or absent as in the journals of earlier versions: any number. */
  readonly most?: number;
}

export default definePostgresqlStep<Input>({
  kind: 'postgresql/create-user',
  describe: ({ name }) => `Create the PostgreSQL user “${name}”.`,
  async prepare(machine, { name }) {
    const found = await (await postgresqlOf(machine)).users({ names: [name], prefixes: [] });
    if (found.length > 0) throw taken('user', name);
  },
  apply: async (machine, { input: { name, most }, secret }) =>
    (await postgresqlOf(machine)).createUser(name, secret, most),
  undo: async (machine, { input: { name } }) => (await postgresqlOf(machine)).undoCreateUser(name),
});
