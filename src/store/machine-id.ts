// What tells this machine from every other one, also from a copy of its disk.
import { closeSync, constants, existsSync, linkSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { StateDirectory } from './state-directory.ts';

const FILE = 'machine.id';
/** systemd's, which is made anew when a copy is started as a machine of its own (machine-id(5)). */
const OF_THE_SYSTEM = '/etc/machine-id';

/** A text of its own for each state directory on each machine; it is no secret. */
export function machineIdOf(directory: StateDirectory): string {
  if (!existsSync(directory.file(FILE))) create(directory);
  const descriptor = directory.open(FILE, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const own = readFileSync(descriptor, 'utf8').trim();
    const system = existsSync(OF_THE_SYSTEM) ? readFileSync(OF_THE_SYSTEM, 'utf8').trim() : '';
    return `${own} ${system}`.trim();
  } finally {
    closeSync(descriptor);
  }
}

/** The first of several processes wins; all use its text. */
function create(directory: StateDirectory): void {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const id = randomBytes(16).toString('hex');
  const draft = `${FILE}.${id}`;
  const descriptor = directory.open(draft, O_WRONLY | O_CREAT | O_EXCL);
  try {
    writeSync(descriptor, `${id}\n`);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(directory.file(draft), directory.file(FILE));
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(directory.file(draft));
  }
  directory.sync();
}
