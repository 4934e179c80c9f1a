// Copies the files of a folder to another account. They are read with the rights of one user and written with the rights of
// the other, so that neither can reach the files of anybody else. A second copy copies only what has changed since the first
// one.
import { posix } from 'node:path';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { MachineUserFiles, UserFile, UserFilePart } from '../../../../core/machine-user-files.ts';

interface Place {
  readonly username: string;
  readonly home: string;
  /** Below the home. */
  readonly folder: string;
}

export interface FolderCopy {
  readonly from: Place;
  readonly to: Place;
}

export interface Copied {
  /** In the copy, with those that an earlier copy has written. */
  readonly files: number;
  readonly bytes: number;
  readonly links: number;
  /** Absolute links, which lead into the new document root. Below the folder, at most the first hundred. */
  readonly rewritten: readonly string[];
  /** What was not copied, with the reason. At most the first hundred. */
  readonly leftOut: readonly string[];
  /** How many were not copied. */
  readonly leftOutCount: number;
}

/** Larger files are copied in parts. */
const PART_BYTES = 4 * 1024 * 1024;
const MAX_NAMED = 100;
/** A folder of any size is compared in parts of this many files. */
const FILES_IN_PART = 10_000;
/** Their paths are kept in the memory. */
const MAX_WAITING_FOLDERS = 100_000;

/** Both folders must exist. @throws MachineError. */
export async function copyFolder(
  machine: Pick<Machine, 'userFiles'>,
  { from, to }: FolderCopy,
): Promise<Copied> {
  const source = (await machine.userFiles(from.username)).below(from.folder);
  const target = (await machine.userFiles(to.username)).below(to.folder);
  return new Copy({ source, target, from, to }).run();
}

interface Sides extends FolderCopy {
  readonly source: MachineUserFiles;
  readonly target: MachineUserFiles;
}

class Copy {
  readonly #sides: Sides;
  readonly #rewritten: string[] = [];
  readonly #leftOut: string[] = [];
  #leftOutCount = 0;
  #files = 0;
  #bytes = 0;
  #links = 0;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  async run(): Promise<Copied> {
    const folders = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      await this.#copyFolder(folder, folders);
    }
    return {
      ...{ files: this.#files, bytes: this.#bytes, links: this.#links },
      ...{ rewritten: this.#rewritten, leftOut: this.#leftOut, leftOutCount: this.#leftOutCount },
    };
  }

  /** @param folders gets the folders in it. */
  async #copyFolder(folder: string, folders: string[]): Promise<void> {
    const listing = { isBroken: false };
    const files = this.#filesOf(folder, listing);
    for await (const { name, file, present } of pairs(files, this.#writtenIn(folder))) {
      // The rest could not be compared, so nothing of it is removed.
      if (listing.isBroken) return;
      const path = posix.join(folder, name);
      const isCopied =
        file !== undefined && (await this.#tried(path, () => this.#copyOne(path, file, present))) === true;
      // An earlier copy has written it.
      if (!isCopied && present !== undefined) await this.#sides.target.remove(path);
      if (isCopied && file.kind === 'directory') folders.push(path);
      if (folders.length > MAX_WAITING_FOLDERS) throw this.#tooManyIn(folder);
    }
  }

  /** Without those that no path can name. @param listing learns whether a part could not be listed, which ends it. */
  async *#filesOf(folder: string, listing: { isBroken: boolean }): AsyncGenerator<UserFile, undefined> {
    const { source } = this.#sides;
    let start: string | null = '';
    while (start !== null) {
      const from: string = start;
      const part = await this.#tried(folder, () => source.listPart(folder, FILES_IN_PART, from));
      if (part === undefined) {
        listing.isBroken = true;
        return undefined;
      }
      for (const file of part.files) {
        if (!file.isUnnameable) yield file;
        else this.#leaveOut(posix.join(folder, file.name), 'its name is not UTF-8');
      }
      start = part.next;
    }
    return undefined;
  }

  /** What the copy has, from an earlier time. Nothing that is written meanwhile: that has names which were read before. */
  async *#writtenIn(folder: string): AsyncGenerator<UserFile, undefined> {
    for (let from: string | null = ''; from !== null;) {
      const part: UserFilePart = await this.#sides.target.listPart(folder, FILES_IN_PART, from);
      yield* part.files.filter(({ isUnnameable }) => !isUnnameable);
      from = part.next;
    }
    return undefined;
  }

  /** @returns whether the copy has it now. */
  async #copyOne(path: string, file: UserFile, present: UserFile | undefined): Promise<boolean> {
    if (file.kind === 'directory') return this.#makeFolder(path, file, present);
    if (file.kind === 'file') return this.#copyFile(path, file, present);
    if (file.kind === 'link') return this.#copyLink(path, file, present);
    return this.#leaveOut(path, `it is a ${file.kind}`);
  }

  async #makeFolder(path: string, { mode: given }: UserFile, present: UserFile | undefined): Promise<true> {
    const { target } = this.#sides;
    // The new owner must be able to write the files in it.
    const mode = (given & 0o777) | 0o700;
    if (present?.kind === 'directory') {
      if ((present.mode & 0o777) !== mode) await target.chmod(path, mode);
      return true;
    }
    await target.remove(path);
    await target.makeDirectory(path, mode);
    return true;
  }

  async #copyFile(path: string, listed: UserFile, present: UserFile | undefined): Promise<boolean> {
    const { source, target } = this.#sides;
    const isPresent =
      present?.kind === 'file' && present.size === listed.size && present.modifiedAt === listed.modifiedAt;
    if (!isPresent) {
      const first = await source.readPart(path, 0, PART_BYTES);
      // It was removed meanwhile.
      if (first === undefined) return false;
      const { size, mode, modifiedAt } = first.file;
      const content = size <= PART_BYTES ? first.content : this.#parts(path, first.content);
      if (present !== undefined) await target.remove(path);
      const written = await target.write(path, content, { mode: mode & 0o777, modifiedAt });
      this.#files++;
      this.#bytes += written.size;
      return true;
    }
    if ((present.mode & 0o777) !== (listed.mode & 0o777)) await target.chmod(path, listed.mode & 0o777);
    this.#files++;
    this.#bytes += present.size;
    return true;
  }

  /** If the file is changed meanwhile, its time of change differs from that of the copy, so the next copy copies it. */
  async *#parts(path: string, first: Uint8Array): AsyncGenerator<Uint8Array> {
    yield first;
    for (let done = first.length; ;) {
      const part = await this.#sides.source.readPart(path, done, PART_BYTES);
      if (part === undefined || part.content.length === 0) return;
      yield part.content;
      done += part.content.length;
    }
  }

  async #copyLink(
    path: string,
    { target: given }: UserFile,
    present: UserFile | undefined,
  ): Promise<boolean> {
    const { target, from, to } = this.#sides;
    const folder = posix.join(from.home, from.folder);
    const says = given ?? '';
    const isAbsolute = says.startsWith('/');
    const led = posix.relative(folder, posix.resolve(folder, posix.dirname(path), says));
    if (says === '' || led === '..' || led.startsWith('../')) {
      return this.#leaveOut(path, 'the link leads out of the document root');
    }
    const copied = isAbsolute ? posix.join(to.home, to.folder, led) : says;
    if (isAbsolute && this.#rewritten.length < MAX_NAMED) this.#rewritten.push(path);
    this.#links++;
    if (present?.kind === 'link' && present.target === copied) return true;
    await target.remove(path);
    await target.makeLink(path, copied);
    return true;
  }

  #tooManyIn(folder: string): MachineError {
    const { home, folder: top } = this.#sides.from;
    const path = posix.join(home, top, folder);
    return new MachineError('failed', `The folder “${path}” has too many folders to be copied.`);
  }

  #leaveOut(path: string, reason: string): false {
    this.#leftOutCount++;
    if (this.#leftOut.length < MAX_NAMED) this.#leftOut.push(`${path} (${reason})`);
    return false;
  }

  /** What the former user cannot read, or replaces meanwhile, is left out. Other errors end the copy. */
  async #tried<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const isOfFile =
        error instanceof MachineError && ['not_found', 'not_ours', 'invalid'].includes(error.code);
      if (!isOfFile || path === '') throw error;
      this.#leaveOut(path, error.message);
      return undefined;
    }
  }
}

interface Pair {
  readonly name: string;
  /** Undefined: only the copy has this name. */
  readonly file: UserFile | undefined;
  readonly present: UserFile | undefined;
}

/** What two folders have under each name. Both come in the order of the bytes of their names. */
async function* pairs(
  files: AsyncGenerator<UserFile, undefined>,
  written: AsyncGenerator<UserFile, undefined>,
): AsyncGenerator<Pair, undefined> {
  let [file, present] = [(await files.next()).value, (await written.next()).value];
  for (;;) {
    const order = orderOf(file, present);
    const first = order <= 0 ? file : present;
    if (first === undefined) return undefined;
    yield {
      name: first.name,
      file: order <= 0 ? file : undefined,
      present: order >= 0 ? present : undefined,
    };
    if (order <= 0) file = (await files.next()).value;
    if (order >= 0) present = (await written.next()).value;
  }
}

/** The end is behind everything. */
function orderOf(one: UserFile | undefined, other: UserFile | undefined): number {
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined);
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}
