// A MariaDB database with every kind of object, and what it consists of by MariaDB’s own tools.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateMariadb } from './private-mariadb.ts';

/** Creates `bob_old`, `bob_other`, the users `bob_app` and `bob_ro`, and the role `bob_reader`. */
export const everyMysqlObject = readFileSync(join(__dirname, 'every-mysql-object.sql'), 'utf8');

/** Everything that a dump and the tables of privileges show. The names of the database and the user are DB and USER. */
export function contentOf(server: PrivateMariadb, database: string, user = 'bob_app'): string {
  const kinds = ['--routines', '--events', '--triggers', '--skip-extended-insert', '--skip-dump-date'];
  const dump = execFileSync(
    'mariadb-dump',
    ['--no-defaults', `--socket=${server.socket}`, ...kinds, database],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  const privileges = server.query(`
    SELECT * FROM mysql.db WHERE Db IN ('${database}', '${database.replaceAll('_', '\\\\_')}')
      ORDER BY User, Host;
    SELECT Host, User, Table_name, Table_priv, Column_priv FROM mysql.tables_priv WHERE Db = '${database}'
      ORDER BY User, Host, Table_name;
    SELECT Host, User, Table_name, Column_name, Column_priv FROM mysql.columns_priv WHERE Db = '${database}'
      ORDER BY User, Host, Table_name, Column_name;
    SELECT Host, User, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Db = '${database}'
      ORDER BY User, Host, Routine_name, Routine_type;
    SELECT DEFAULT_COLLATION_NAME, SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '${database}';
    SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, DEFINER,
           SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}' ORDER BY TRIGGER_NAME;
    SELECT EVENT_NAME, STATUS, DEFINER, SQL_MODE, STARTS, ENDS, EXECUTE_AT, ON_COMPLETION, EVENT_COMMENT,
           CHARACTER_SET_CLIENT, DATABASE_COLLATION
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${database}' ORDER BY EVENT_NAME`);
  const shown = (text: string) =>
    text
      .replaceAll(new RegExp(`\\b${database}\\b`, 'g'), 'DB')
      .replaceAll(new RegExp(`\\b${user}\\b`, 'g'), 'USER');
  // How a dump writes triggers depends on how their statement was written; their parts are in the other rows.
  const statements = dump
    .replaceAll(/ TRIGGER .*/g, '')
    .replaceAll(/^ALTER DATABASE .*\n/gm, '')
    .replaceAll('CREATE OR REPLACE', 'CREATE');
  const rows = privileges.map((row) => shown(row.join('\t').replaceAll('\\\\_', '_')));
  return [shown(statements), ...rows.sort()].join('\n');
}
