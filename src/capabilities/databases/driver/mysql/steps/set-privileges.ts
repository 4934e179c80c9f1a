// Replaces the privileges of a user on a database.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly user: string;
  readonly database: string;
  /** Empty: no access. */
  readonly privileges: readonly string[];
}

export default defineMysqlStep<Input, readonly string[]>({
  kind: 'mysql/set-privileges',
  describe: ({ user, database, privileges }) =>
    privileges.length === 0
      ? `Take all privileges on the database “${database}” away from “${user}”.`
      : `Give “${user}” these privileges on the database “${database}”: ${privileges.join(', ')}.`,
  async prepare(machine, { user, database }) {
    const held = await withMysql(machine, (mysql) => mysql.privileges(user, database));
    return held[0]?.privileges ?? [];
  },
  apply: (machine, { input: { user, database, privileges } }) =>
    withMysql(machine, (mysql) => mysql.setPrivileges(user, database, privileges)),
  undo: (machine, { input: { user, database }, memento }) =>
    withMysql(machine, (mysql) => mysql.setPrivileges(user, database, memento)),
});
