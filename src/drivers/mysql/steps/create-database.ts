// Creates a database.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';
import { taken } from '../statements.ts';

interface Input {
  readonly name: string;
}

export default defineMysqlStep<Input>({
  kind: 'mysql/create-database',
  describe: ({ name }) => `Create the MariaDB database “${name}”.`,
  async prepare(machine, { name }) {
    const wanted = { names: [name], prefixes: [] };
    if ((await withMysql(machine, (mysql) => mysql.databases(wanted))).length > 0)
      throw taken('database', name);
  },
  apply: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.createDatabase(name)),
  undo: (machine, { input: { name } }) => withMysql(machine, (mysql) => mysql.dropDatabase(name)),
});
