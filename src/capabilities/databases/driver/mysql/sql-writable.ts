// Says whether a MariaDB server may be changed.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** MariaDB 12 has words instead of numbers: `OFF`, `ON`, `NO_LOCK_NO_ADMIN`. */
const OFF = [0, '0', 'OFF'];

/** What `assertIsWritable` needs of a server, for a statement that asks more. */
export const WRITABLE = '@@GLOBAL.read_only AS read_only, @@GLOBAL.innodb_read_only AS innodb_read_only';

export type Writable = Readonly<Record<'read_only' | 'innodb_read_only', number | string>>;

/** @throws MachineError `failed`. Administrators may change data in spite of `read_only`. */
export async function assertWritable(connection: DatabaseConnection): Promise<void> {
  const [row] = await connection.query<Writable>(`SELECT ${WRITABLE}`);
  assertIsWritable(row);
}

/** @throws MachineError `failed`. */
export function assertIsWritable({ read_only = 0, innodb_read_only = 0 }: Partial<Writable> = {}): void {
  if (!OFF.includes(innodb_read_only)) {
    throw new MachineError(
      'failed',
      'The MariaDB server is read-only, because innodb_read_only is on. Start it without this setting first.',
    );
  }
  if (OFF.includes(read_only)) return;
  throw new MachineError(
    'failed',
    'The MariaDB server is read-only, because read_only is on. If it is a replica, make the change on its primary ' +
      'server. Otherwise, run “SET GLOBAL read_only = OFF” first.',
  );
}
