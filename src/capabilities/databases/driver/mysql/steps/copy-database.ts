// Creates a database with the content of another. Nobody has privileges on it.
import { summaryOfCopy } from '../moves/describe.ts';
import type { Names } from '../moves/move-database.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';
import { taken } from '../statements.ts';

export default defineMysqlStep<Names>({
  kind: 'mysql/copy-database',
  describe: ({ from, to }) => `Copy the MariaDB database “${from}” to “${to}”.`,
  preview: (machine, { from }) =>
    withMysql(machine, async (mysql) =>
      summaryOfCopy(
        from,
        mysql.isServed ? (await mysql.sizes({ names: [from], prefixes: [] })).get(from) : undefined,
      ),
    ),
  async prepare(machine, { to }) {
    const wanted = { names: [to], prefixes: [] };
    if ((await withMysql(machine, (mysql) => mysql.databases(wanted))).length > 0)
      throw taken('database', to);
  },
  apply: (machine, { input }) => withMysql(machine, (mysql) => mysql.copyDatabase(input)),
  undo: (machine, { input }) => withMysql(machine, (mysql) => mysql.removeCopy(input)),
});
