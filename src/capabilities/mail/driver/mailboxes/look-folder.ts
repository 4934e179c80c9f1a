// The files in a folder of a mailbox, read with the rights of the account’s user.
import type { Machine } from '../../../../core/machine.ts';
import type { MachineUserFiles, UserFile } from '../../../../core/machine-user-files.ts';

export interface FolderEntry {
  readonly file: UserFile;
  /** A folder without folders in it. */
  readonly isLeaf: boolean;
  /** A folder of mail (Maildir): it has the folders “cur”, “new” and “tmp”. */
  readonly isMailbox: boolean;
}

export interface ListedFolder {
  readonly home: string;
  readonly entries: readonly FolderEntry[];
  /** How many more there are. */
  readonly leftOut: number;
}

const MAX_ENTRIES = 5000;
/** Each folder in it is looked into. */
const MAX_FOLDERS = 500;
const OF_MAILDIR = ['cur', 'new', 'tmp'];

/** @param path below the home. @throws MachineError `not_found`, `invalid`, `not_ours`. */
export async function lookAtFolder(
  machine: Pick<Machine, 'userFiles'>,
  username: string,
  path: string,
): Promise<ListedFolder> {
  const files = await machine.userFiles(username);
  const { files: found, total } = await files.list(path, { limit: MAX_ENTRIES });
  const entries: FolderEntry[] = [];
  let folders = 0;
  for (const file of found) {
    const isFolder = file.kind === 'directory' && !file.isUnnameable && ++folders <= MAX_FOLDERS;
    const inside = isFolder ? await foldersIn(files, `${path}/${file.name}`) : [];
    entries.push({
      file,
      isLeaf: inside.length === 0,
      isMailbox: OF_MAILDIR.every((name) => inside.includes(name)),
    });
  }
  return { home: files.home, entries, leftOut: total - entries.length };
}

async function foldersIn(files: Pick<MachineUserFiles, 'list'>, path: string): Promise<string[]> {
  const { files: found } = await files.list(path, { limit: MAX_ENTRIES });
  return found.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
}
