// Drops a database, with everything in it and all privileges on it.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly name: string;
}

export default defineMysqlStep<Input>({
  kind: 'mysql/drop-database',
  irreversible: 'at-once',
  describe: ({ name }) => `Remove the MariaDB database “${name}”, with everything in it.`,
  apply: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropDatabase(name)),
});
