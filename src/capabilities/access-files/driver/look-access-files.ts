// The .htaccess files of an account in which this program has written something.
import type { Machine } from '../../../core/machine.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';

export interface FoundAccessFiles {
  /** With absolute paths. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** The paths of those that cannot be read as text, and of folders that cannot be listed. */
  readonly unreadable: readonly string[];
}

export interface AccessFolders {
  /** Below the home. */
  readonly folders: readonly string[];
  /** A folder below the home whose directories have the same paths as further such folders. */
  readonly mirror: string;
}

const MAX_BYTES = 1024 * 1024;
/** An account can create any number. */
const MAX_FOLDERS = 2000;

/** Reads the files that exist, as the user. */
export async function lookAtAccessFiles(
  machine: Machine,
  username: string,
  { folders, mirror }: AccessFolders,
): Promise<FoundAccessFiles> {
  // Without the user, the change fails on its own account.
  const own = await machine.userFiles(username).catch((error: unknown) => {
    if (error instanceof MachineError) return undefined;
    throw error;
  });
  if (own === undefined) return { files: [], unreadable: [] };
  const unreadable: string[] = [];
  const all = new Set([...folders, ...(await foldersBelow(own, mirror, unreadable))]);
  const files: { path: string; text: string }[] = [];
  for (const folder of all) {
    const path = `${own.home}/${folder}/.htaccess`;
    try {
      const found = await own.read(path, MAX_BYTES);
      if (found === undefined) continue;
      files.push({
        path,
        text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(found.content),
      });
    } catch (error) {
      if (!(error instanceof MachineError || error instanceof TypeError)) throw error;
      unreadable.push(path);
    }
  }
  return { files, unreadable };
}

/** Relative to `top`. Links are not followed. */
async function foldersBelow(own: MachineUserFiles, top: string, unreadable: string[]): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let at = 0; at < waiting.length && at < MAX_FOLDERS; at++) {
    const below = waiting[at] ?? '';
    const path = below === '' ? top : `${top}/${below}`;
    try {
      if ((await own.stat(path))?.kind !== 'directory') continue;
      if (below !== '') found.push(below);
      for (const { name, kind, isUnnameable } of (await own.list(path, { limit: MAX_FOLDERS })).files) {
        if (kind === 'directory' && !isUnnameable) waiting.push(below === '' ? name : `${below}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      unreadable.push(path);
    }
  }
  return found;
}
