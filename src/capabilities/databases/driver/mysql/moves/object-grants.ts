// Who may do what with a database and each object in it.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { isReported, patternsOf } from '../statements.ts';

export interface ObjectGrant {
  readonly level: 'database' | 'table' | 'PROCEDURE' | 'FUNCTION' | 'PACKAGE' | 'PACKAGE BODY';
  readonly user: string;
  /** Empty for a role. */
  readonly host: string;
  /** The table, view or routine. Empty for the whole database. */
  readonly object: string;
  /** As GRANT has them: `SELECT`, or `SELECT` for some columns. */
  readonly privileges: readonly { readonly name: string; readonly columns?: readonly string[] }[];
  /** True if the user may pass them on. */
  readonly canGrant: boolean;
}

export async function databaseGrants(
  connection: DatabaseConnection,
  database: string,
): Promise<ObjectGrant[]> {
  return [
    ...(await onDatabase(connection, database)),
    ...(await onTables(connection, database)),
    ...(await onRoutines(connection, database)),
  ];
}

/** What a grant is on, as GRANT has it: `db`.`t`, or PROCEDURE `db`.`p`. */
export function objectOf(connection: DatabaseConnection, database: string, grant: ObjectGrant): string {
  const [object = ''] = objectsOf(connection, database, grant);
  return object;
}

/** The statement that grants it on a database of any name. */
export function grantStatement(connection: DatabaseConnection, database: string, grant: ObjectGrant): string {
  const option = grant.canGrant ? ' WITH GRANT OPTION' : '';
  const privileges = listed(connection, grant).join(', ') || 'USAGE';
  return `GRANT ${privileges} ON ${objectOf(connection, database, grant)} TO ${granteeOf(connection, grant)}${option}`;
}

/** Takes all privileges on a database and its objects away, from everyone. @param except privileges that stay. */
export async function revokeAll(
  connection: DatabaseConnection,
  database: string,
  except: readonly ObjectGrant[] = [],
): Promise<void> {
  for (const grant of await databaseGrants(connection, database)) {
    const stays = except.find((one) => placeOf(one) === placeOf(grant));
    const kept = new Set(stays?.privileges.map((one) => JSON.stringify(one)));
    await revoke(connection, database, {
      ...grant,
      privileges: grant.privileges.filter((one) => !kept.has(JSON.stringify(one))),
      canGrant: grant.canGrant && stays?.canGrant !== true,
    });
  }
}

/** Who has it, and on what. */
const placeOf = ({ level, user, host, object }: ObjectGrant) => JSON.stringify([level, user, host, object]);

/** Does nothing if it is not granted any more. */
export async function revoke(
  connection: DatabaseConnection,
  database: string,
  grant: ObjectGrant,
): Promise<void> {
  const held = [...listed(connection, grant), ...(grant.canGrant ? ['GRANT OPTION'] : [])];
  if (held.length === 0) return;
  for (const object of objectsOf(connection, database, grant)) {
    try {
      await connection.query(`REVOKE ${held.join(', ')} ON ${object} FROM ${granteeOf(connection, grant)}`);
    } catch (error) {
      if (!isReported(error, ...notGranted)) throw error;
    }
  }
}

const notGranted = ['ER_NONEXISTING_GRANT', 'ER_NONEXISTING_TABLE_GRANT', 'ER_NONEXISTING_PROC_GRANT'];

async function onDatabase(connection: DatabaseConnection, database: string): Promise<ObjectGrant[]> {
  const rows = await connection.query<Record<string, string>>(
    'SELECT * FROM mysql.db WHERE Db IN (?) ORDER BY User, Host',
    [patternsOf(database)],
  );
  return rows.map(({ User: user = '', Host: host = '', ...columns }) => {
    const held = Object.entries(columns)
      .filter(([column, value]) => column.endsWith('_priv') && value === 'Y')
      .map(([column]) => privilegeOf(column.replace(/_priv$/, '').replaceAll('_', ' ')));
    return {
      ...{ level: 'database' as const, user, host, object: '' },
      ...privilegesIn(held),
    };
  });
}

async function onTables(connection: DatabaseConnection, database: string): Promise<ObjectGrant[]> {
  const tables = await connection.query<{ user: string; host: string; object: string; held: string }>(
    `SELECT User AS user, Host AS host, Table_name AS object, Table_priv AS held FROM mysql.tables_priv
      WHERE Db = ? ORDER BY User, Host, Table_name`,
    [database],
  );
  const columns = await connection.query<Record<'user' | 'host' | 'object' | 'name' | 'held', string>>(
    `SELECT User AS user, Host AS host, Table_name AS object, Column_name AS name, Column_priv AS held
       FROM mysql.columns_priv WHERE Db = ? ORDER BY User, Host, Table_name, Column_name`,
    [database],
  );
  return tables.map(({ user, host, object, held }) => {
    const { privileges, canGrant } = privilegesIn(wordsOf(held));
    const byPrivilege = new Map<string, string[]>();
    for (const column of columns) {
      if (column.user !== user || column.host !== host || column.object !== object) continue;
      for (const name of wordsOf(column.held)) {
        byPrivilege.set(name, [...(byPrivilege.get(name) ?? []), column.name]);
      }
    }
    const some = [...byPrivilege].map(([name, of]) => ({ name, columns: of }));
    return { level: 'table' as const, user, host, object, privileges: [...privileges, ...some], canGrant };
  });
}

async function onRoutines(connection: DatabaseConnection, database: string): Promise<ObjectGrant[]> {
  const rows = await connection.query<
    Pick<ObjectGrant, 'user' | 'host' | 'object'> & {
      level: 'PROCEDURE' | 'FUNCTION' | 'PACKAGE' | 'PACKAGE BODY';
      held: string;
    }
  >(
    `SELECT User AS user, Host AS host, Routine_name AS object, Routine_type AS level, Proc_priv AS held
       FROM mysql.procs_priv WHERE Db = ? ORDER BY User, Host, Routine_name`,
    [database],
  );
  return rows.map(({ held, ...row }) => ({ ...row, ...privilegesIn(wordsOf(held)) }));
}

const wordsOf = (set: string) => (set === '' ? [] : set.split(',').map(privilegeOf));

/** By the words in MariaDB’s own tables. */
function privilegeOf(word: string): string {
  const name = word.toUpperCase();
  if (name === 'CREATE TMP TABLE') return 'CREATE TEMPORARY TABLES';
  return name === 'DELETE VERSIONING ROWS' ? 'DELETE HISTORY' : name;
}

function privilegesIn(held: readonly string[]): Pick<ObjectGrant, 'privileges' | 'canGrant'> {
  return {
    privileges: held.filter((name) => name !== 'GRANT').map((name) => ({ name })),
    canGrant: held.includes('GRANT'),
  };
}

/** A database has its name as this program grants first. */
function objectsOf(
  connection: DatabaseConnection,
  database: string,
  { level, object }: ObjectGrant,
): string[] {
  if (level === 'database') return patternsOf(database).map((one) => `${connection.identifier(one)}.*`);
  const path = `${connection.identifier(database)}.${connection.identifier(object)}`;
  return [level === 'table' ? path : `${level} ${path}`];
}

/** Its privileges, as GRANT has them. */
export function listed(
  connection: DatabaseConnection,
  { privileges }: Pick<ObjectGrant, 'privileges'>,
): string[] {
  return privileges.map(({ name, columns }) =>
    columns === undefined
      ? name
      : `${name} (${columns.map((column) => connection.identifier(column)).join(', ')})`,
  );
}

function granteeOf(
  connection: DatabaseConnection,
  { user, host }: Pick<ObjectGrant, 'user' | 'host'>,
): string {
  if (user === 'PUBLIC' && host === '') return 'PUBLIC';
  return host === '' && user !== ''
    ? connection.identifier(user)
    : `${connection.identifier(user)}@${connection.identifier(host)}`;
}
