// Repairs the tables of a database.
import type { TableMessage } from '../contract.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly database: string;
}

export default defineMysqlStep<Input, undefined, readonly TableMessage[]>({
  kind: 'mysql/repair',
  describe: ({ database }) => `Repair the tables of the MariaDB database “${database}”.`,
  apply: (machine, { input: { database } }) => withMysql(machine, (mysql) => mysql.repair(database)),
});
