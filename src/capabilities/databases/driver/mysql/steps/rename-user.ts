// Renames a user, for all of its hosts, and in everything that it defines.
import type { UserInventory } from '../moves/rename-user.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';
import { taken } from '../statements.ts';

interface Input {
  readonly from: string;
  readonly to: string;
  /** Those in which views, triggers, routines and events may name the user as their definer. */
  readonly databases: readonly string[];
}

export default defineMysqlStep<Input, UserInventory>({
  kind: 'mysql/rename-user',
  describe: ({ from, to }) => `Rename the MariaDB user “${from}” to “${to}”.`,
  async preview(machine, { from, databases }) {
    const { defined } = await withMysql(machine, (mysql) => mysql.userInventory(from, databases));
    return defined.map(({ database, views, triggers, routines, events }) => {
      const count = views.length + triggers.length + routines.length + events.length;
      return `${count} views, triggers, routines and events of “${database}” are defined again for the new name.`;
    });
  },
  prepare: (machine, { from, to, databases }) =>
    withMysql(machine, async (mysql) => {
      if ((await mysql.users({ names: [to], prefixes: [] })).length > 0) throw taken('user', to);
      return mysql.userInventory(from, databases);
    }),
  apply: (machine, { input, memento }) => withMysql(machine, (mysql) => mysql.renameUser(memento, input)),
  undo: (machine, { input, memento }) => withMysql(machine, (mysql) => mysql.renameUserBack(memento, input)),
});
