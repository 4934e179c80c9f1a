// Copies the files of a folder to another account. They are read with the rights of one user and written with the rights of
// the other, so that neither can reach the files of anybody else. A second copy copies only what has changed since the first
// one.
import { posix } from 'node:path';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { MachineUserFiles, UserFile } from '../../../../core/machine-user-files.ts';

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
      folders.push(...(await this.#copyFolder(folder)));
    }
    return {
      ...{ files: this.#files, bytes: this.#bytes, links: this.#links },
      ...{ rewritten: this.#rewritten, leftOut: this.#leftOut, leftOutCount: this.#leftOutCount },
    };
  }

  /** @returns the folders in it. */
  async #copyFolder(folder: string): Promise<string[]> {
    const { source, target, from } = this.#sides;
    const listed = await this.#tried(folder, () => source.list(folder));
    if (listed === undefined) return [];
    if (listed.isCut) {
      const path = posix.join(from.home, from.folder, folder);
      throw new MachineError('failed', `The folder “${path}” has too many files to be copied.`);
    }
    const present = new Map((await target.list(folder)).files.map((file) => [file.name, file]));
    const folders: string[] = [];
    for (const file of listed.files) {
      const path = posix.join(folder, file.name);
      const isCopied = await this.#tried(path, () => this.#copyOne(path, file, present.get(file.name)));
      if (isCopied === true && file.kind === 'directory') folders.push(path);
      // Otherwise, what an earlier copy has written is removed.
      if (isCopied === true) present.delete(file.name);
    }
    for (const { name } of present.values()) await target.remove(posix.join(folder, name));
    return folders;
  }

  /** @returns whether the copy has it now. */
  async #copyOne(path: string, file: UserFile, present: UserFile | undefined): Promise<boolean> {
    if (file.isUnnameable) return this.#leaveOut(path, 'its name is not UTF-8');
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
