// Separates databases and users that another account gets from those that stay: no user of one account keeps privileges
// on a database of the other. The privileges within each account stay as they are.
import type { CrossingGrant, Side } from '../moves/crossing-grants.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly moved: Side;
  readonly staying: Side;
  readonly to: string;
}

/** Pairs of which each user lost all privileges on the database. */
type Lost = readonly { readonly user: string; readonly database: string }[];

function lostIn(grants: readonly CrossingGrant[]): Lost {
  const pairs = grants.map(({ database, grant }) => ({ database, user: grant.user }));
  return pairs.filter(
    (one, index) =>
      pairs.findIndex(({ database, user }) => database === one.database && user === one.user) === index,
  );
}

export default defineMysqlStep<Input, readonly CrossingGrant[], Lost>({
  kind: 'mysql/hand-over',
  describe: ({ moved: { databases, users }, to }) =>
    `Give “${to}” the MariaDB ${[...databases.map((one) => `database “${one}”`), ...users.map((one) => `user “${one}”`)].join(', ')}.`,
  async preview(machine, { moved, staying }) {
    const crossing = await withMysql(machine, (mysql) => mysql.crossingGrants(moved, staying));
    return lostIn(crossing).map(
      ({ user, database }) => `“${user}” loses its privileges on the database “${database}”.`,
    );
  },
  prepare: (machine, { moved, staying }) =>
    withMysql(machine, (mysql) => mysql.crossingGrants(moved, staying)),
  async apply(machine, { memento }) {
    await withMysql(machine, (mysql) => mysql.revokeGrants(memento));
    return lostIn(memento);
  },
  undo: (machine, { memento }) => withMysql(machine, (mysql) => mysql.restoreGrants(memento)),
});
