// New accounts whose pools PHP-FPM has not loaded yet. Apache can read its files at any time, for another change, and skips
// the virtual hosts of these accounts: otherwise, their PHP programs would answer 503 until PHP-FPM is reloaded. Each is a
// folder, which a restart of the machine removes: PHP-FPM then loads all pools.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { SOCKETS } from './places.ts';

const PREFIX = 'waiting-';

export const waitingFolder = (username: string) => `${SOCKETS}/${PREFIX}${username}`;

export async function beginWaiting(files: MachineFiles, usernames: readonly string[]): Promise<void> {
  for (const username of usernames) await files.makeDirectory(waitingFolder(username), { mode: 0o700 });
}

export async function endWaiting(files: MachineFiles, usernames: readonly string[]): Promise<void> {
  for (const username of usernames) await files.removeEmptyDirectory(waitingFolder(username));
}

export async function listWaiting(files: MachineFiles): Promise<string[]> {
  const names = await files.list(SOCKETS);
  return names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
}
