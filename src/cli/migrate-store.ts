// whmapi1 --migrate-store FROM TO: moves the whole store, and verifies the copy.
import { moveStore } from '../administration/store.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit status. */
export async function migrateStore(line: CommandLine, io: Io): Promise<number> {
  const [from, to] = [line.command, ...line.words];
  if (from === undefined || to === undefined || line.words.length > 1) {
    throw new UsageError('--migrate-store requires two stores: the source and the target.');
  }
  try {
    const { isNew, tables } = await moveStore(io.environment, from, to);
    const widest = Math.max(...tables.map(({ table }) => table.length));
    for (const { table, rows, digest } of tables) {
      io.stdout.write(
        `${table.padEnd(widest)}  ${String(rows).padStart(8)}  sha256:${digest.slice(0, 16)}\n`,
      );
    }
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    io.stdout.write(
      isNew
        ? `${rows} rows of ${tables.length} tables were copied and verified.\n`
        : `${rows} rows of ${tables.length} tables already exist and are identical. Nothing was changed.\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    writeStderr(io, `whmapi1: ${error.message}\n`);
    return errorKinds[error.code].exit === 1 ? 2 : errorKinds[error.code].exit;
  }
}
