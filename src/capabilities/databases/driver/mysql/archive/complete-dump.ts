// Says whether a dump is complete. mariadb-dump may not notice that the disk is full when it writes the last bytes.
import type { OpenFile } from '../../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../../core/machine-error.ts';

const TAIL_BYTES = 256;

/**
 * Dumps with comments at the beginning also have one at the end.
 * @throws MachineError `failed` if a dump has no end.
 */
export async function assertComplete(file: OpenFile, path: string): Promise<void> {
  const textAt = async (position: number) => {
    const bytes = Buffer.alloc(TAIL_BYTES);
    const length = await file.read(bytes, TAIL_BYTES, position);
    return bytes.subarray(0, length).toString('latin1');
  };
  const begin = await textAt(0);
  if (!/^(?:\/\*[^\n]*\*\/\s*)?-- (?:MySQL|MariaDB) dump /.test(begin)) return;
  if (/^-- Dump completed/m.test(await textAt(Math.max(0, file.size - TAIL_BYTES)))) return;
  throw new MachineError('failed', `“${path}” is not complete: it does not end with “-- Dump completed”.`);
}
