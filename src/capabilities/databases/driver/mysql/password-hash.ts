// MariaDB’s own login with a password, `mysql_native_password`. The server gets the hash, because it would write the
// password itself into its logs and its list of running statements.
import { createHash } from 'node:crypto';
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';

/** As MariaDB’s function PASSWORD() computes it. An empty password has no hash. */
export function nativeHashOf(password: string): string {
  if (password === '') return '';
  const once = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
}

/**
 * The codes of errors for which a hash is not accepted: a server that checks passwords itself (`strict_password_validation`) refuses
 * hashes, and a server may lack this way to log in. The statement’s own error can be a later one.
 */
const REFUSALS = [1290, 1524];

/**
 * Runs a statement that sets a password.
 * @param statement given what follows the name of a user.
 */
export async function identify(
  connection: DatabaseConnection,
  password: string,
  statement: (identified: string) => string,
): Promise<void> {
  const hash = connection.literal(nativeHashOf(password));
  try {
    await connection.query(statement(`IDENTIFIED VIA mysql_native_password USING ${hash}`));
  } catch (error) {
    const reported = await connection.query<{ Code: number }>('SHOW WARNINGS').catch(() => []);
    if (!reported.some(({ Code: code }) => REFUSALS.includes(code))) throw error;
    // Keeps the password out of the log of statements, if this login may do that.
    await connection.query('SET SESSION sql_log_off = 1').catch(() => undefined);
    await connection.query(statement(`IDENTIFIED BY ${connection.literal(password)}`));
  }
}
