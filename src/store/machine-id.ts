// An ID that distinguishes this machine from every other one, including a copy of its disk.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, readFileSync } from 'node:fs';
import { storeFirst } from './first-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const FILE = 'machine.id';
/** systemd's ID, which is generated again if a copy of the disk starts as a separate machine (machine-id(5)). */
const OF_THE_SYSTEM = '/etc/machine-id';

/**
 * Returns a unique text for each state directory on each machine. It is not secret.
 * @throws ApiError `store_unavailable`.
 */
export function machineIdOf(directory: StateDirectory): string {
  const path = directory.file(FILE);
  if (!existsSync(path)) {
    const id = randomBytes(16).toString('hex');
    storeFirst(directory, FILE, `${id}\n`, id);
  }
  try {
    const descriptor = directory.open(FILE, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const own = readFileSync(descriptor, 'utf8').trim();
      const system = existsSync(OF_THE_SYSTEM) ? readFileSync(OF_THE_SYSTEM, 'utf8').trim() : '';
      return `${own} ${system}`.trim();
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unavailable(error, path);
  }
}
