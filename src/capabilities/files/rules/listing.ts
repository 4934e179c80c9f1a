// The files of a directory, as UAPI and API 2 list them.
import type { MachineUserFiles, UserFile } from '../../../core/machine-user-files.ts';
import { isLeaf } from './leaves.ts';
import { absolute } from './names.ts';
import { rowOf } from './rows.ts';

export interface ListedDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly files: readonly UserFile[];
  /** The user ID of the account. */
  readonly uid: number | undefined;
  /** The names of directories without directories in them. Undefined: this was not looked up. */
  readonly leaves: ReadonlySet<string> | undefined;
}

export interface LookOptions {
  readonly showsHidden: boolean;
  readonly looksForLeaves: boolean;
}

export async function listDirectory(
  files: MachineUserFiles,
  dir: string,
  { showsHidden, looksForLeaves }: LookOptions,
  warn: (sentence: string) => void,
): Promise<ListedDirectory> {
  const list = await files.list(dir);
  if (list.isCut) warn(`The directory has more than ${list.total} files. The others are left out.`);
  const shown = list.files.filter(({ name }) => showsHidden || !name.startsWith('.'));
  const leaves = new Set<string>();
  if (looksForLeaves) {
    for (const one of shown) if (await isLeaf(files, dir, one)) leaves.add(one.name);
  }
  return {
    directory: absolute(files.home, dir),
    files: shown,
    uid: (await files.stat(''))?.uid,
    leaves: looksForLeaves ? leaves : undefined,
  };
}

export interface RowFilter {
  /** Undefined: all. */
  readonly names: ReadonlySet<string> | undefined;
  /** Such as `dir`. Undefined: all. */
  readonly types: ReadonlySet<string> | undefined;
  /** Such as `text/html`. Undefined: all. */
  readonly mimeTypes: ReadonlySet<string> | undefined;
  readonly hasType: boolean;
  readonly hasPermissions: boolean;
}

/** Directories come first. */
export function rowsOf({ directory, files, uid, leaves }: ListedDirectory, filter: RowFilter) {
  const { names, types, mimeTypes, hasType, hasPermissions } = filter;
  const options = {
    directory,
    uid: hasPermissions ? uid : undefined,
    hasType: hasType || mimeTypes !== undefined,
  };
  const rows = files
    .filter(({ name }) => names?.has(name) ?? true)
    .map((file) => ({
      ...rowOf(file, options),
      isparent: 0 as const,
      ...(leaves !== undefined && file.kind === 'directory'
        ? { isleaf: leaves.has(file.name) ? (1 as const) : (0 as const) }
        : {}),
    }))
    .filter(({ type, mimetype = '' }) => (types?.has(type) ?? true) && (mimeTypes?.has(mimetype) ?? true));
  return [...rows.filter(({ type }) => type === 'dir'), ...rows.filter(({ type }) => type !== 'dir')];
}

/** `dir|file` or `dir,file`. Undefined: all. */
export const typesParam = {
  type: 'string',
  pattern: { matches: /^\w+([|,]\w+)*$/, expects: 'types with “|” between them, such as dir|file' },
} as const;

export function typesIn(types: string | undefined): ReadonlySet<string> | undefined {
  return types === undefined ? undefined : new Set(types.split(/[|,]/));
}
