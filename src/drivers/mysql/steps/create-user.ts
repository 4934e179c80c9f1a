// Creates a user, who may connect from some hosts. The plan’s secret is the password.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';
import { taken } from '../statements.ts';

interface Input {
  readonly name: string;
  readonly hosts: readonly string[];
}

export default defineMysqlStep<Input>({
  kind: 'mysql/create-user',
  describe: ({ name, hosts }) =>
    `Create the MariaDB user “${name}”, who may connect from ${hosts.join(', ')}.`,
  async prepare(machine, { name }) {
    const wanted = { names: [name], prefixes: [] };
    if ((await withMysql(machine, (mysql) => mysql.users(wanted))).length > 0) throw taken('user', name);
  },
  apply: (machine, { input: { name, hosts }, secret }) =>
    withMysql(machine, (mysql) => mysql.createUser(name, hosts, secret)),
  undo: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropUser(name)),
});
