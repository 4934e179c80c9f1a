// Says whether a PostgreSQL server may be changed.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** @param connection to PostgreSQL’s own database. @throws MachineError `failed` */
export async function assertWritable(connection: DatabaseConnection): Promise<void> {
  const [row] = await connection.query<{ isStandby: boolean; isReadOnly: boolean }>(
    `SELECT pg_is_in_recovery() AS "isStandby", current_setting('transaction_read_only')::bool AS "isReadOnly"`,
  );
  if (row?.isStandby === true) {
    throw new MachineError(
      'failed',
      'The PostgreSQL server is a standby, which is read-only. Make the change on its primary server, or promote ' +
        'this one first.',
    );
  }
  if (row?.isReadOnly !== true) return;
  throw new MachineError(
    'failed',
    'The PostgreSQL server is read-only, because default_transaction_read_only is on. Turn it off first.',
  );
}
