// What an interrupted call, or a crash of MariaDB, leaves: which statements end it. tests/slow/mysql-faults.test.ts and
// tests/soak/mysql-server-crash.test.ts interrupt real ones.
import type { DatabaseConnection } from '../../../../src/core/machine-databases.ts';
import { renameUserBack } from '../../../../src/capabilities/databases/driver/mysql/moves/rename-user.ts';
import { drop } from '../../../../src/capabilities/databases/driver/mysql/sql-users.ts';

/** A server that answers these questions with these rows, and all others with none. */
function serverWith(rows: Readonly<Record<string, object>>) {
  const sent: string[] = [];
  const connection = {
    identifier: (name: string) => `\`${name}\``,
    literal: (text: string) => `'${text}'`,
    query: (sql: string) => {
      sent.push(sql);
      const found = Object.entries(rows).find(([part]) => sql.includes(part));
      return Promise.resolve(found === undefined ? [] : [found[1]]);
    },
  };
  return { sent, connection: connection as unknown as DatabaseConnection };
}

test('a renaming of a user that is undone restores the options of the databases', async () => {
  const { sent, connection } = serverWith({
    GET_LOCK: { got: 1 },
    global_priv: { name: 'bob_app', host: 'localhost' },
    SCHEMATA: { collation: 'utf8mb4_general_ci', comment: '' },
  });
  const defined = {
    ...{ database: 'bob_old', collation: 'utf8mb4_bin', comment: 'a shop' },
    ...{ triggers: [], views: [], routines: [], events: [], grants: [] },
  };
  const inventory = { hosts: ['localhost'], defined: [defined] };
  await renameUserBack(connection, inventory, { from: 'bob_app', to: 'bob_site' });
  expect(sent).toContain("ALTER DATABASE `bob_old` COLLATE utf8mb4_bin COMMENT 'a shop'");
});

test('the sessions of a user end, also if an interrupted call has dropped the user', async () => {
  const { sent, connection } = serverWith({});
  await drop(connection, 'bob_app');
  expect(sent).toContain('KILL USER `bob_app`');
});
