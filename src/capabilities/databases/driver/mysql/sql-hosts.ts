// The hosts from which a user may connect.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { endSessions, hostsOf } from './sql-users.ts';
import { missing, userAt } from './statements.ts';

/** A grant of a user. The one with the password and the global privileges comes first. */
const GRANT = /^(GRANT .+? ON .+) TO (`(?:[^`]|``)*`@`(?:[^`]|``)*`)(.*)$/s;

export async function add(
  connection: DatabaseConnection,
  name: string,
  hosts: readonly string[],
): Promise<void> {
  const present = await hostsOf(connection, name);
  const [first] = present;
  if (first === undefined) throw missing('user', name);
  const source = userAt(connection, name, first);
  const created = await connection.query<Record<string, string>>(`SHOW CREATE USER ${source}`);
  const statement = Object.values(created[0] ?? {})[0] ?? '';
  const prefix = `CREATE USER ${source}`;
  if (!statement.startsWith(prefix))
    throw new Error(`MariaDB’s answer is unknown: it begins without ${prefix}.`);
  const grants = await connection.query<Record<string, string>>(`SHOW GRANTS FOR ${source}`);
  for (const host of hosts) {
    const target = userAt(connection, name, host);
    // The password’s hash, whether it is locked, and the TLS that it needs.
    const identity = statement.slice(prefix.length);
    await connection.query(`CREATE USER IF NOT EXISTS ${target}${identity}`);
    for (const row of grants) {
      const [, privileges, , options = ''] = GRANT.exec(Object.values(row)[0] ?? '') ?? [];
      if (privileges === undefined || privileges.startsWith('GRANT USAGE ')) continue;
      await connection.query(`${privileges} TO ${target}${options}`);
    }
  }
}

export async function drop(connection: DatabaseConnection, name: string, host: string): Promise<void> {
  if (!(await hostsOf(connection, name)).includes(host)) return;
  await connection.query(`DROP USER IF EXISTS ${userAt(connection, name, host)}`);
  await endSessions(connection, name, host);
}
