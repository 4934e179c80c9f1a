// The files in an account's home directory. Work on them is done as that user, never as root.
import { MachineError } from './machine-error.ts';

export interface UserFile {
  /** Without directories. Empty for the home directory itself. */
  readonly name: string;
  /** True if the name has bytes that are not UTF-8: they are replaced here, so that no path can name the file. */
  readonly isUnnameable: boolean;
  readonly kind: 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'character device' | 'block device';
  /** In bytes. */
  readonly size: number;
  /** Permission bits, such as 0o640. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since 1970-01-01. */
  readonly modifiedAt: number;
  readonly changedAt: number;
  readonly accessedAt: number;
  /** The number of names of a file. Of a directory, on most file systems: the number of directories in it, plus 2. */
  readonly links: number;
  /** Where a symbolic link leads, as it is written there. Null for anything else. */
  readonly target: string | null;
}

export interface UserFileList {
  /** By name, in the order of their characters. */
  readonly files: readonly UserFile[];
  /** How many there are in the directory, at most 100,000. */
  readonly total: number;
  /** True if the directory has even more. */
  readonly isCut: boolean;
}

export interface UserFilePart {
  /** In the order of the bytes of their names. */
  readonly files: readonly UserFile[];
  /** Where the next part begins: the bytes of a name, as hexadecimal digits. Null if this is the last part. */
  readonly next: string | null;
}

export interface UserFileContent {
  readonly file: UserFile;
  readonly content: Uint8Array;
}

export const ARCHIVE_FORMATS = ['zip', 'tar', 'tar.gz', 'tar.bz2', 'gz', 'bz2'] as const;
/** `gz` and `bz2` are for one file. */
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

export interface UserFileWrite {
  /** The permission bits of a new file. An existing one keeps its own. Default: 0o644. */
  readonly mode?: number | undefined;
  /** True if an existing file is an error. Default: it is replaced. */
  readonly isNew?: boolean | undefined;
  /** In milliseconds since 1970-01-01. Default: now. */
  readonly modifiedAt?: number | undefined;
}

/**
 * Files below one home directory. A path is relative to the home, or absolute and below it: `public_html/index.html`,
 * `/home/bob/public_html`. Symbolic links are followed if they stay in the home, and refused if they lead out of it, at
 * whatever moment they appear. Only regular files are opened: never FIFOs, devices and sockets.
 * @throws MachineError `invalid` for a malformed path or another kind of file than the operation is for; `not_found`;
 * `exists`; `not_ours` if the user has no permission, or a link leads out of the home; `full` if the disk or the user's
 * quota is full; `failed` if the work took too long or its process was ended.
 */
export interface MachineUserFiles {
  /** The home directory, as in the passwd file. */
  readonly home: string;
  /**
   * The files below a folder of the home. Their paths are relative to it. Symbolic links are followed on the way to the
   * folder, but never below it, at whatever moment they appear: they are refused with `not_ours`.
   */
  below(folder: string): MachineUserFiles;
  /** The file itself if it is a symbolic link. Undefined if nothing exists there. */
  stat(path: string): Promise<UserFile | undefined>;
  /** Lists `limit` files of a directory, from the position `from` on. Default: all. */
  list(path: string, page?: { readonly from?: number; readonly limit?: number }): Promise<UserFileList>;
  /**
   * Lists at most `limit` files of a directory that can have millions. A file that is there all the time is in exactly
   * one part. @param from `next` of the part before; empty for the first one.
   */
  listPart(path: string, limit: number, from: string): Promise<UserFilePart>;
  /** Undefined if nothing exists there. @throws MachineError `invalid` also if the file has more bytes. */
  read(path: string, maxBytes: number): Promise<UserFileContent | undefined>;
  /**
   * Reads a part of a file, from an offset on, with the present state of the file. Undefined if nothing exists there.
   * The part is empty at the end of the file.
   */
  readPart(path: string, from: number, maxBytes: number): Promise<UserFileContent | undefined>;
  /**
   * Replaces the file at once and completely, or not at all. The directory must exist.
   * @param content its parts, if it is too large for the memory.
   */
  write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: UserFileWrite,
  ): Promise<UserFile>;
  /** Creates a symbolic link. @param target what it says, which need not exist. @throws MachineError `exists`. */
  makeLink(path: string, target: string): Promise<UserFile>;
  /** Creates a directory in an existing one. Default of `mode`: 0o755. @throws MachineError `exists`. */
  makeDirectory(path: string, mode?: number): Promise<UserFile>;
  /**
   * Renames or moves it. Links are moved themselves. @throws MachineError `exists` if `to` exists.
   * @param options `replaces`: a regular file at `to` is replaced at once. @throws MachineError `invalid` for others.
   */
  rename(from: string, to: string, options?: { readonly replaces?: boolean }): Promise<void>;
  /**
   * Copies a file, or a directory with its contents. Links are copied as links, and FIFOs, devices and sockets are left
   * out. If it fails, what was copied is removed. @throws MachineError `exists` if `to` exists.
   */
  copy(from: string, to: string): Promise<void>;
  /**
   * Unpacks an archive into a directory, which is created if it does not exist. Existing files are replaced. An archive
   * that is damaged, or has names or links that lead out, changes nothing.
   * @returns how many files and links were unpacked.
   */
  extract(archive: string, directory: string): Promise<number>;
  /**
   * Packs files, and directories with their contents, into a new archive. Links are stored as links.
   * @throws MachineError `exists` if the archive exists.
   */
  compress(paths: readonly string[], archive: string, format: ArchiveFormat): Promise<void>;
  /** Removes a file, a link, or a directory with its contents. Does nothing if nothing exists there. */
  remove(path: string): Promise<void>;
  /**
   * Moves it to `.trash` in the home, under a name that is free there, and notes its origin in `.trash/.trash_restore`.
   * @returns the name in the trash.
   */
  trash(path: string): Promise<string>;
  /**
   * Moves a file of the trash back to its origin. @returns its path below the home.
   * @throws MachineError `not_found` if the trash does not have it, or there is no note of its origin; `exists`.
   */
  restore(name: string): Promise<string>;
  /** Removes what was last changed before that time (milliseconds since 1970-01-01). @returns how many were removed. */
  emptyTrash(before: number): Promise<number>;
  /** Sets the permission bits, of a link’s target too. */
  chmod(path: string, mode: number): Promise<UserFile>;
}

/** Longer ones are refused by the kernel. */
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;
/** Each part of a path is held open while the path is followed. */
const MAX_PARTS = 256;

/**
 * The parts of a path below the home. Empty for the home itself.
 * @throws MachineError `invalid`.
 */
export function homeParts(path: string, home: string): string[] {
  const invalid = (why: string) => new MachineError('invalid', `Invalid path: ${why}`);
  if (path.includes('\0') || /\p{Cs}/u.test(path))
    throw invalid('it has a character that no file name can have.');
  const encoder = new TextEncoder();
  if (path.length > MAX_PATH_BYTES || encoder.encode(path).length > MAX_PATH_BYTES)
    throw invalid(`it has more than ${MAX_PATH_BYTES} bytes.`);
  const isAbsolute = path.startsWith('/');
  const isBelow = path === home || path.startsWith(`${home}/`);
  if (isAbsolute && !isBelow) throw invalid(`use one below the home directory, ${home}.`);
  const below = isAbsolute ? path.slice(home.length) : path;
  const parts = below.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid('use one without “..”.');
  if (parts.some((part) => encoder.encode(part).length > MAX_NAME_BYTES))
    throw invalid(`a name in it has more than ${MAX_NAME_BYTES} bytes.`);
  if (parts.length > MAX_PARTS) throw invalid(`it has more than ${MAX_PARTS} parts.`);
  return parts;
}

/** @throws MachineError `invalid` unless these are the permission bits of owner, group and others. */
export function assertFileMode(mode: number): void {
  if (!(Number.isInteger(mode) && mode >= 0 && mode <= 0o777))
    throw new MachineError('invalid', 'Invalid permissions: use an octal number from 0000 to 0777.');
}
