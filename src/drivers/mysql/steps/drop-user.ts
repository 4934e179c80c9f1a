// Drops a user, for all of its hosts.
import { defineStep } from '../../../core/plan.ts';
import { withMysql } from '../server.ts';

interface Input {
  readonly name: string;
}

export default defineStep<Input>({
  kind: 'mysql/drop-user',
  describe: ({ name }) => `Remove the MariaDB user “${name}”.`,
  apply: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropUser(name)),
});
