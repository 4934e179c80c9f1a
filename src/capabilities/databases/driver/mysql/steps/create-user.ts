// Creates a user, who may connect from some hosts. The plan’s secret is the password.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly name: string;
  readonly hosts: readonly string[];
  /** The most connections at once. 0, or absent as in the journals of earlier versions: any number. */
  readonly most?: number;
}

export default defineMysqlStep<Input>({
  kind: 'mysql/create-user',
  describe: ({ name, hosts }) =>
    `Create the MariaDB user “${name}”, who may connect from ${hosts.join(', ')}.`,
  asksItself: true,
  async prepare(machine, { name }) {
    await withMysql(machine, (mysql) => mysql.assertNew({ user: name }));
  },
  apply: (machine, { input: { name, hosts, most }, secret }) =>
    withMysql(machine, (mysql) => mysql.createUser(name, hosts, secret, most)),
  undo: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropUser(name)),
});
