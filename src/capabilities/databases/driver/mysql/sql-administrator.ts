// The administrator of the server: root, as whom this program logs in through the socket.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { nativeHashOf } from './password-hash.ts';
import { userAt } from './statements.ts';

/**
 * The login through the socket stays, which needs no password. It comes first, so a wrong password does not matter there.
 */
export async function setPassword(connection: DatabaseConnection, password: string): Promise<void> {
  const [row] = await connection.query<{ login: string }>('SELECT CURRENT_USER() AS login');
  const [, user = '', host = ''] = /^(.*)@([^@]*)$/.exec(row?.login ?? '') ?? [];
  const hash = connection.literal(nativeHashOf(password));
  await connection.query(
    `ALTER USER ${userAt(connection, user, host)} IDENTIFIED VIA unix_socket OR mysql_native_password USING ${hash}`,
  );
}
