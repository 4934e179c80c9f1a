// Work on the files of a home, with the rights of this process. On Linux this is a process of the user (`helper.ts`).
// A sandbox has no users, so there it is the program itself.
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import {
  assertFileMode,
  type ArchiveFormat,
  type MachineUserFiles,
  type UserFile,
  type UserFileContent,
  type UserFileList,
  type UserFilePart,
  type UserFileWrite,
} from '../../core/machine-user-files.ts';
import { MachineError } from '../../core/machine-error.ts';
import { describeFile, factsOf, listEntries, listPart } from './entries.ts';
import { O_PATH, statOf, withHome, withPlace, type Home, type OpenHome, type Place } from './place.ts';
import { readAll, readFrom, replaceFile } from './content.ts';
import { copyTree, removeTree } from './tree.ts';
import { emptyTrash, moveToTrash, restoreFromTrash } from './trash.ts';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
const NEW_FILE = 0o644;
const NEW_DIRECTORY = 0o755;

export class HomeFiles implements MachineUserFiles {
  readonly home: string;
  readonly #home: Home;

  constructor(home: Home) {
    this.home = home.path;
    this.#home = home;
  }

  below(folder: string): MachineUserFiles {
    return new HomeFiles({ ...this.#home, folder });
  }

  async stat(path: string): Promise<UserFile | undefined> {
    return ifThere(this.#at(path, false, async ({ name, path: place }) => describeFile(named(name), place)));
  }

  list(path: string, { from = 0, limit = Infinity } = {}): Promise<UserFileList> {
    return this.#at(path, true, (place) =>
      withOpen(place, O_DIRECTORY, (fd) => listEntries(`/proc/self/fd/${fd}`, from, limit)),
    );
  }

  listPart(path: string, limit: number, from: string): Promise<UserFilePart> {
    return this.#at(path, true, (place) =>
      withOpen(place, O_DIRECTORY, (fd) => listPart(`/proc/self/fd/${fd}`, limit, from)),
    );
  }

  read(path: string, maxBytes: number): Promise<UserFileContent | undefined> {
    return ifThere(
      this.#at(path, true, (place) =>
        withOpen(place, 0, async (fd) => {
          const stats = fstatSync(fd);
          if (!stats.isFile()) throw notRegular(path);
          if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
          const content = await readAll(fd, stats.size, maxBytes);
          if (content === undefined) throw tooLarge(path, maxBytes);
          return {
            file: { name: place.name, isUnnameable: false, ...factsOf(stats), target: null },
            content,
          };
        }),
      ),
    );
  }

  readPart(path: string, from: number, maxBytes: number): Promise<UserFileContent | undefined> {
    return ifThere(
      this.#at(path, true, (place) =>
        withOpen(place, 0, async (fd) => {
          const stats = fstatSync(fd);
          if (!stats.isFile()) throw notRegular(path);
          return {
            file: { name: place.name, isUnnameable: false, ...factsOf(stats), target: null },
            content: await readFrom(fd, from, maxBytes),
          };
        }),
      ),
    );
  }

  write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { mode = NEW_FILE, isNew = false, modifiedAt }: UserFileWrite = {},
  ): Promise<UserFile> {
    assertFileMode(mode);
    return this.#at(path, true, async (place) => {
      const before = statOf(place.path);
      if (before !== undefined && isNew) throw alreadyExists(path);
      if (before !== undefined && !before.isFile()) throw notRegular(path);
      await replaceFile(place, content, { mode: before?.mode ?? mode, gid: before?.gid, modifiedAt });
      return found(place);
    });
  }

  makeLink(path: string, target: string): Promise<UserFile> {
    return this.#at(path, false, async (place) => {
      symlinkSync(target, place.path);
      return found(place);
    });
  }

  makeDirectory(path: string, mode = NEW_DIRECTORY): Promise<UserFile> {
    assertFileMode(mode);
    return this.#at(path, false, async (place) => {
      mkdirSync(place.path, { mode: 0o700 });
      // Separately, because the mask of this process would remove bits.
      await withOpen(place, O_DIRECTORY, async (fd) => chmodSync(`/proc/self/fd/${fd}`, mode));
      return found(place);
    });
  }

  rename(from: string, to: string, { replaces = false } = {}): Promise<void> {
    return this.#between(
      from,
      to,
      async (source, target) => {
        if (statOf(source.path) === undefined) throw notFound(from);
        renameSync(source.path, target.path);
      },
      replaces,
    );
  }

  copy(from: string, to: string): Promise<void> {
    return this.#between(from, to, (source, target) => copyTree(source, target, from));
  }

  async extract(archive: string, directory: string): Promise<number> {
    const { extractArchive } = await import('./archives/extract.ts');
    return withHome(this.#home, (home) => extractArchive(home, archive, directory));
  }

  async compress(paths: readonly string[], archive: string, format: ArchiveFormat): Promise<void> {
    const { compressFiles } = await import('./archives/compress.ts');
    return withHome(this.#home, (home) => compressFiles(home, paths, archive, format));
  }

  remove(path: string): Promise<void> {
    return this.#at(path, false, async (place) => {
      assertNotHome(place);
      await removeTree(place.path);
    });
  }

  trash(path: string): Promise<string> {
    return this.#at(path, false, async (source) => {
      assertNotHome(source);
      if (statOf(source.path) === undefined) throw notFound(path);
      return moveToTrash(source, path);
    });
  }

  restore(name: string): Promise<string> {
    return withHome(this.#home, (home) => restoreFromTrash(home, name));
  }

  emptyTrash(before: number): Promise<number> {
    return withHome(this.#home, (home) => emptyTrash(home, before));
  }

  chmod(path: string, mode: number): Promise<UserFile> {
    assertFileMode(mode);
    return this.#at(path, true, async (place) => {
      await withOpen(place, 0, async (fd) => chmodSync(`/proc/self/fd/${fd}`, mode));
      return found(place);
    });
  }

  #at<T>(path: string, follows: boolean, work: (place: Place) => Promise<T>): Promise<T> {
    return withHome(this.#home, (home) => withPlace(home, path, follows, work));
  }

  /** For moving and copying. @param replaces whether a regular file can be there already. */
  #between<T>(
    from: string,
    to: string,
    work: (source: Place, target: Place) => Promise<T>,
    replaces = false,
  ): Promise<T> {
    const between = (home: OpenHome) => async (source: Place) =>
      withPlace(home, to, false, async (target) => {
        assertNotHome(source);
        const there = statOf(target.path);
        if (there !== undefined && !replaces) throw alreadyExists(to);
        if (there !== undefined && !there.isFile()) throw notRegular(to);
        return work(source, target);
      });
    return withHome(this.#home, (home) => withPlace(home, from, false, between(home)));
  }
}

/**
 * Identifies the file, which stays the same one during the work, without opening it: a FIFO would wait for a writer,
 * and opening a device can have effects.
 */
async function withOpen<T>(place: Place, flags: number, work: (fd: number) => Promise<T>): Promise<T> {
  const fd = openSync(place.path, O_PATH | O_NOFOLLOW | flags);
  try {
    return await work(fd);
  } finally {
    closeSync(fd);
  }
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MachineError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** What was just written. */
function found(place: Place): UserFile {
  const file = describeFile(named(place.name), place.path);
  if (file === undefined) throw new MachineError('failed', 'Another process removed the file meanwhile.');
  return file;
}

function named(name: string): string {
  return name === '.' ? '' : name;
}

function assertNotHome({ name }: Place): void {
  if (name === '.')
    throw new MachineError('invalid', 'This is the home directory itself. Name a file in it.');
}

function notFound(path: string): MachineError {
  return new MachineError('not_found', `“${path}”: No such file or directory.`);
}

function alreadyExists(path: string): MachineError {
  return new MachineError('exists', `“${path}” already exists.`);
}

function notRegular(path: string): MachineError {
  return new MachineError('invalid', `“${path}” is not a regular file.`);
}

function tooLarge(path: string, maxBytes: number): MachineError {
  return new MachineError('invalid', `“${path}” is too large: at most ${maxBytes} bytes are read.`);
}
