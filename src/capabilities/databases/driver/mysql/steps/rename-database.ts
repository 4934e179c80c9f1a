// Renames a database: everything in it moves to a new one, and the old one is dropped.
import { mentionsOf, summaryOf } from '../moves/describe.ts';
import type { DatabaseInventory } from '../moves/inventory.ts';
import type { Names } from '../moves/move-database.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';
import { taken } from '../statements.ts';

interface Renamed {
  /** True if something was created in the old database meanwhile: then it was not dropped. */
  readonly isKept: boolean;
  /** What still has the old name in its text: `trigger “t”`. */
  readonly mentions: readonly string[];
}

export default defineMysqlStep<Names, DatabaseInventory, Renamed>({
  kind: 'mysql/rename-database',
  describe: ({ from, to }) => `Rename the MariaDB database “${from}” to “${to}”.`,
  preview: (machine, { from }) =>
    withMysql(machine, async (mysql) => summaryOf(await mysql.inventory(from), mysql.isServed)),
  prepare: (machine, { from, to }) =>
    withMysql(machine, async (mysql) => {
      if ((await mysql.databases({ names: [to], prefixes: [] })).length > 0) throw taken('database', to);
      return mysql.inventory(from);
    }),
  async apply(machine, { input, memento }) {
    const { isKept } = await withMysql(machine, (mysql) => mysql.moveDatabase(memento, input));
    return { isKept, mentions: mentionsOf(memento) };
  },
  undo: (machine, { input, memento }) =>
    withMysql(machine, (mysql) => mysql.moveDatabaseBack(memento, input)),
});
