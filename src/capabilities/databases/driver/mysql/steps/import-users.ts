// Creates users with the password hashes that they had elsewhere. The plan’s secret has the hashes, as JSON.
import { withMysql, servedMysql } from '../server.ts';
import { createWithHash, drop, setLocked } from '../sql-users.ts';
import { taken } from '../statements.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly users: readonly { readonly name: string; readonly hosts: readonly string[] }[];
  /** True if they may not log in, because their account is suspended. */
  readonly isLocked: boolean;
  /** The most connections of each at once. 0, or absent as in the journals of earlier versions: any number. */
  readonly most?: number;
}

/** The part of the secret that this step reads: a native hash for each user. */
export interface MysqlHashes {
  readonly mysql: Readonly<Record<string, string>>;
}

export default defineMysqlStep<Input>({
  kind: 'mysql/import-users',
  describe: ({ users }) => `Create the MariaDB users ${users.map(({ name }) => `“${name}”`).join(', ')}.`,
  async prepare(machine, { users }) {
    const wanted = { names: users.map(({ name }) => name), prefixes: [] };
    const [found] = await withMysql(machine, (mysql) => mysql.users(wanted));
    if (found !== undefined) throw taken('user', found.name);
    await servedMysql(machine);
  },
  async apply(machine, { input: { users, isLocked, most }, secret }) {
    const { mysql: hashes } = JSON.parse(secret) as MysqlHashes;
    await (
      await servedMysql(machine)
    ).use(async (connection) => {
      const created: string[] = [];
      try {
        for (const { name, hosts } of users) {
          await createWithHash(connection, name, hosts, hashes[name] ?? '', most);
          created.push(name);
          if (isLocked) await setLocked(connection, [name], true);
        }
      } catch (error) {
        // Nothing is undone if a user already exists.
        for (const name of created) await drop(connection, name);
        throw error;
      }
    });
  },
  async undo(machine, { input: { users } }) {
    await (
      await servedMysql(machine)
    ).use(async (connection) => {
      for (const { name } of users) await drop(connection, name);
    });
  },
});
