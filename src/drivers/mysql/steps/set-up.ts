// Creates a database, and a user of the same name with privileges on it, over one connection. The plan’s secret is the
// password.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';
import { taken } from '../statements.ts';

interface Input {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly privileges: readonly string[];
}

export default defineMysqlStep<Input>({
  kind: 'mysql/set-up',
  describe: ({ name, hosts, privileges }) =>
    `Create the MariaDB database “${name}”, and the user “${name}”, who may connect from ${hosts.join(', ')} and gets ` +
    `these privileges on it: ${privileges.join(', ')}.`,
  async prepare(machine, { name }) {
    const wanted = { names: [name], prefixes: [] };
    await withMysql(machine, async (mysql) => {
      if ((await mysql.databases(wanted)).length > 0) throw taken('database', name);
      if ((await mysql.users(wanted)).length > 0) throw taken('user', name);
    });
  },
  apply: (machine, { input: { name, hosts, privileges }, secret }) =>
    withMysql(machine, async (mysql) => {
      await mysql.createUser(name, hosts, secret);
      try {
        await mysql.createDatabase(name);
      } catch (error) {
        // A step that fails with `exists` is not undone, because it has changed nothing.
        await mysql.dropUser(name);
        throw error;
      }
      await mysql.grant({ user: name, hosts, database: name, privileges });
    }),
  undo: (machine, { input: { name } }) =>
    withMysql(machine, async (mysql) => {
      await mysql.dropUser(name);
      await mysql.dropDatabase(name);
    }),
});
