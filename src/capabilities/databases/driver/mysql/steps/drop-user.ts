// Drops a user, for all of its hosts.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly name: string;
}

export default defineMysqlStep<Input>({
  kind: 'mysql/drop-user',
  irreversible: 'at-once',
  describe: ({ name }) => `Remove the MariaDB user “${name}”.`,
  apply: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropUser(name)),
});
