// Creates a database, and a user of the same name with privileges on it, over one connection. The plan’s secret is the
// password.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly privileges: readonly string[];
  /** The most connections of the user at once. 0, or absent as in the journals of earlier versions: any number. */
  readonly most?: number;
}

interface Found {
  /** The port of the server. Null if it does not listen on the network, or nothing is served. */
  readonly port: number | null;
}

export default defineMysqlStep<Input, Found, Found>({
  kind: 'mysql/set-up',
  describe: ({ name, hosts, privileges }) =>
    `Create the MariaDB database “${name}”, and the user “${name}”, who may connect from ${hosts.join(', ')} and gets ` +
    `these privileges on it: ${privileges.join(', ')}.`,
  asksItself: true,
  async prepare(machine, { name }) {
    const facts = await withMysql(machine, (mysql) => mysql.assertNew({ database: name, user: name }));
    return { port: facts?.port ?? null };
  },
  apply: (machine, { input: { name, hosts, privileges, most }, memento, secret }) =>
    withMysql(machine, async (mysql) => {
      await mysql.createUser(name, hosts, secret, most);
      try {
        await mysql.createDatabase(name);
      } catch (error) {
        // A step that fails with `exists` is not undone, because it has changed nothing.
        await mysql.dropUser(name);
        throw error;
      }
      await mysql.grant({ user: name, hosts, database: name, privileges });
      return memento;
    }),
  undo: (machine, { input: { name } }) =>
    withMysql(machine, async (mysql) => {
      await mysql.dropUser(name);
      await mysql.dropDatabase(name);
    }),
});
