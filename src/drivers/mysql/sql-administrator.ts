// The administrator of the server: root, as whom this program logs in through the socket.
import { createHash } from 'node:crypto';
import type { DatabaseConnection } from '../../core/machine-databases.ts';
import { userAt } from './statements.ts';

/**
 * The login through the socket stays, which needs no password. It comes first, so a wrong password does not matter there.
 * The server gets a hash, because it would write the password into its log of statements.
 */
export async function setPassword(connection: DatabaseConnection, password: string): Promise<void> {
  const [row] = await connection.query<{ login: string }>('SELECT CURRENT_USER() AS login');
  const [, user = '', host = ''] = /^(.*)@([^@]*)$/.exec(row?.login ?? '') ?? [];
  const hash = connection.literal(nativeHashOf(password));
  await connection.query(
    `ALTER USER ${userAt(connection, user, host)} IDENTIFIED VIA unix_socket OR mysql_native_password USING ${hash}`,
  );
}

/** As MariaDB’s function PASSWORD() computes it. */
function nativeHashOf(password: string): string {
  const once = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
}
