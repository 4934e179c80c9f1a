// The databases of an account as files, in the layout of a cpmove archive: `mysql/DB.create` and `mysql/DB.sql`,
// `psql/DB.tar`, and the users beside them. All files are readable by root only, because they contain password hashes.
import { lstatSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { MachineError } from '../../../core/machine-error.ts';
import type { Machine } from '../../../core/machine.ts';
import type { MachineFiles } from '../../../core/machine-daemons.ts';

export const FILE = { mode: 0o600 } as const;
export const FOLDER = { mode: 0o700 } as const;

/** Where the files of an export are until all of them are complete. */
export const draftOf = (directory: string): string => `${directory}.partial`;

/** The files of an export, and of its draft. */
export function filesOf(machine: Machine, directory: string): Promise<MachineFiles> {
  return machine.files([directory, draftOf(directory)]);
}

/** The name of a database as that of a file. @throws MachineError `failed`. */
export function fileNameOf(database: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._+@:%~,=-]*$/.test(database)) return database;
  throw new MachineError(
    'failed',
    `The database “${database}” cannot be exported, because its name cannot be the name of a file. Rename it first.`,
  );
}

/** Removes a directory with such files, and what is in its two folders. */
export async function removeArchive(machine: Machine, directory: string): Promise<void> {
  const files = await machine.files([directory]);
  for (const folder of [`${directory}/mysql`, `${directory}/psql`, directory]) {
    if ((await files.facts(folder))?.kind !== 'directory') continue;
    for (const name of await files.list(folder)) {
      if ((await files.facts(`${folder}/${name}`))?.kind !== 'directory')
        await files.remove(`${folder}/${name}`);
    }
    await files.removeEmptyDirectory(folder);
  }
}

/**
 * Asserts that only root can change a directory’s name: otherwise another user could replace it by a link meanwhile. A
 * sandbox belongs to one user anyway.
 * @param located the real path of the directory, which need not exist.
 * @throws MachineError `failed`.
 */
export function assertOnlyRootCanMove(machine: Machine, located: string): void {
  if (machine.system.isSandbox) return;
  let parent: string;
  try {
    parent = realpathSync(dirname(located));
  } catch {
    throw new MachineError('failed', `The directory “${dirname(located)}” does not exist. Create it first.`);
  }
  for (let path = parent; ; path = dirname(path)) {
    const { uid, mode } = lstatSync(path);
    // In a sticky directory, such as /tmp, users can only rename what is their own.
    if (uid !== 0 || ((mode & 0o022) !== 0 && (mode & 0o1000) === 0)) {
      throw new MachineError(
        'failed',
        `The directory “${path}” can be changed by other users than root. Choose a directory that only root can change.`,
      );
    }
    if (path === '/') return;
  }
}
