// What tells this machine from every other one, also from a copy of its disk.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, readFileSync } from 'node:fs';
import { storeFirst } from './first-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const FILE = 'machine.id';
/** systemd's, which is made anew when a copy is started as a machine of its own (machine-id(5)). */
const OF_THE_SYSTEM = '/etc/machine-id';

/** A text of its own for each state directory on each machine; it is no secret. @throws ApiError `store_unavailable`. */
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
