// Repairs the tables of a database.
import { defineStep } from '../../../core/plan.ts';
import type { TableMessage } from '../contract.ts';
import { withMysql } from '../server.ts';

interface Input {
  readonly database: string;
}

export default defineStep<Input, undefined, readonly TableMessage[]>({
  kind: 'mysql/repair',
  describe: ({ database }) => `Repair the tables of the MariaDB database “${database}”.`,
  apply: (machine, { input: { database } }) => withMysql(machine, (mysql) => mysql.repair(database)),
});
