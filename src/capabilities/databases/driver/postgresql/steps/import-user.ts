// Creates a user with the password that it had elsewhere. The plan’s secret has, as JSON, what PostgreSQL stores instead of
// the passwords.
import { taken } from '../refusals.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly name: string;
  /** True if it may not log in, because its account is suspended. */
  readonly isLocked: boolean;
  /** The most connections at once. 0, or absent as in the journals of earlier versions: any number. */
  readonly most?: number;
}

/** The part of the secret that this step reads. */
export interface PostgresqlVerifiers {
  readonly postgresql: Readonly<Record<string, string>>;
}

export default definePostgresqlStep<Input>({
  kind: 'postgresql/import-user',
  describe: ({ name }) => `Create the PostgreSQL user “${name}”.`,
  async prepare(machine, { name }) {
    const found = await (await postgresqlOf(machine)).users({ names: [name], prefixes: [] });
    if (found.length > 0) throw taken('user', name);
  },
  async apply(machine, { input: { name, isLocked, most }, secret }) {
    const { postgresql: verifiers } = JSON.parse(secret) as PostgresqlVerifiers;
    const verifier = verifiers[name];
    if (verifier === undefined) throw new TypeError(`The secret has no password of “${name}”.`);
    const catalogue = await postgresqlOf(machine);
    await catalogue.createUser(name, verifier, most);
    if (isLocked) await catalogue.lock([name]);
  },
  undo: async (machine, { input: { name } }) => (await postgresqlOf(machine)).undoCreateUser(name),
});
