// Creates a database.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly name: string;
}

export default defineMysqlStep<Input>({
  kind: 'mysql/create-database',
  describe: ({ name }) => `Create the MariaDB database “${name}”.`,
  asksItself: true,
  async prepare(machine, { name }) {
    await withMysql(machine, (mysql) => mysql.assertNew({ database: name }));
  },
  apply: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.createDatabase(name)),
  undo: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropDatabase(name)),
});
