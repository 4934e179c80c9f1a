// Sets the password of root, who can still log in through the socket without it. The plan’s secret is the password.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

export default defineMysqlStep<object>({
  kind: 'mysql/set-administrator-password',
  describe: () => 'Set the password of root in MariaDB. The login through the socket stays.',
  apply: (machine, { secret }) => withMysql(machine, (mysql) => mysql.setAdministratorPassword(secret)),
});
