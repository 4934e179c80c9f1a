// Unpacks an archive into a directory of a home. The archive is read twice: first to check all of it, so that one that
// is damaged, or has names that lead elsewhere, changes nothing.
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { homeParts } from '../../../core/machine-user-files.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { replaceFile } from '../content.ts';
import { O_PATH, statOf, withPlace, type OpenHome, type Place } from '../place.ts';
import type { Entry } from './entry.ts';
import { bunzip2, gunzip, streamOf } from './filters.ts';
import { Pieces, readToEnd } from './pieces.ts';
import { BLOCK, isTar, readTar } from './tar.ts';
import { readZip } from './zip.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const MAX_ENTRIES = 500_000;
const NEW_DIRECTORY = 0o755;
const MEBIBYTE = 1024 * 1024;
/** An archive can have this content in any case: */
const MOST_MEBIBYTES = 1024;
/** or this many times its own size, if that is more. Zeros are compressed to a thousandth. */
const MOST_TIMES = 20;

interface Archive {
  readonly fd: number;
  readonly size: number;
  readonly name: string;
}

/**
 * Existing files are replaced. The directory is created if it does not exist.
 * @returns how many files and links were unpacked. @throws MachineError
 */
export async function extractArchive(home: OpenHome, archive: string, directory: string): Promise<number> {
  homeParts(directory, home.path);
  return withArchive(home, archive, async (open) => {
    let count = 0;
    for await (const entry of boundedEntriesOf(open)) {
      if (++count > MAX_ENTRIES)
        throw new MachineError('invalid', `The archive has more than ${MAX_ENTRIES} files.`);
      assertEntry(home, directory, entry);
    }
    return new Extraction(home, directory).run(boundedEntriesOf(open));
  });
}

/** It stays the same file during the work, and is not opened unless it is a regular one. */
function withArchive<T>(home: OpenHome, path: string, work: (archive: Archive) => Promise<T>): Promise<T> {
  return withPlace(home, path, true, async (place) => {
    const identified = openSync(place.path, O_PATH | O_NOFOLLOW);
    try {
      if (!fstatSync(identified).isFile())
        throw new MachineError('invalid', `“${path}” is not a regular file.`);
      const fd = openSync(`/proc/self/fd/${identified}`, O_RDONLY | O_NONBLOCK);
      try {
        return await work({ fd, size: fstatSync(fd).size, name: place.name });
      } finally {
        closeSync(fd);
      }
    } finally {
      closeSync(identified);
    }
  });
}

function mostBytes({ size }: Archive): number {
  return Math.max(MOST_MEBIBYTES * MEBIBYTE, MOST_TIMES * size);
}

function tooLarge(archive: Archive): MachineError {
  return new MachineError(
    'invalid',
    `The archive has more than ${Math.floor(mostBytes(archive) / MEBIBYTE)} MiB of content. The limit is ` +
      `${MOST_MEBIBYTES} MiB, or ${MOST_TIMES} times the size of the archive if that is more. Nothing was written.`,
  );
}

/** @throws MachineError `invalid` if there is more content than an archive of this size may have. */
async function* boundedEntriesOf(archive: Archive): AsyncGenerator<Entry> {
  let left = mostBytes(archive);
  for await (const entry of entriesOf(archive)) {
    // No file has more content than its archive says.
    if (entry.kind === 'file') left -= entry.size;
    if (left < 0) throw tooLarge(archive);
    yield entry;
  }
}

/** The same for what is decompressed, of which nothing says how much it will be. */
async function* boundedParts(parts: AsyncIterable<Uint8Array>, archive: Archive): AsyncGenerator<Uint8Array> {
  let left = mostBytes(archive);
  for await (const part of parts) {
    left -= part.length;
    if (left < 0) throw tooLarge(archive);
    yield part;
  }
}

async function* entriesOf(archive: Archive): AsyncGenerator<Entry> {
  const { fd, size } = archive;
  const plain = new Pieces(streamOf(fd, 0));
  const start = Buffer.from(await plain.peek(BLOCK));
  try {
    const magic = start.toString('latin1', 0, 4);
    if (['PK\x03\x04', 'PK\x05\x06'].includes(magic)) yield* readZip(fd, size);
    else if (await isTar(start)) yield* readTar(plain.rest());
    else if (magic.startsWith('\x1f\x8b'))
      yield* unpacked(new Pieces(boundedParts(gunzip(plain.rest()), archive)), archive, /\.t?gz$/i);
    else if (magic.startsWith('BZh'))
      yield* unpacked(new Pieces(boundedParts(bunzip2(plain.rest()), archive)), archive, /\.t?bz2$/i);
    else throw new MachineError('invalid', 'It is not an archive: use zip, tar, tar.gz, tar.bz2, gz or bz2.');
  } finally {
    await plain.close();
  }
}

/** A compressed tar archive, or one compressed file, whose name has no ending then. */
async function* unpacked(pieces: Pieces, { name }: Archive, ending: RegExp): AsyncGenerator<Entry> {
  try {
    if (await isTar(Buffer.from(await pieces.peek(BLOCK)))) {
      yield* readTar(pieces.rest());
      return;
    }
    const shorter = name.replace(ending, '');
    const content = () => pieces.rest();
    const about = { mode: 0o644, size: 0, modifiedAt: undefined, target: '' };
    yield { name: shorter === name ? `${name}.out` : shorter, kind: 'file', ...about, content };
    await readToEnd(pieces.rest());
  } finally {
    await pieces.close();
  }
}

/** The path of an entry. Empty for the directory itself. */
function pathOf(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw leadsOut(name);
  return parts.join('/');
}

function assertEntry(home: OpenHome, directory: string, { name, kind, target }: Entry): void {
  const path = `${directory}/${pathOf(name)}`;
  homeParts(path, home.path);
  if (kind === 'other')
    throw new MachineError('invalid', `The archive has a device or another special file, “${name}”.`);
  if (kind === 'hard link') pathOf(target);
  if (kind === 'link') assertTarget(home, path, target, name);
}

/** A link may lead to anything in the home. */
function assertTarget(home: OpenHome, path: string, target: string, name: string): void {
  const parts = target.startsWith('/') ? [] : homeParts(path, home.path).slice(0, -1);
  const isBelow = target === home.path || target.startsWith(`${home.path}/`);
  if (target === '' || (target.startsWith('/') && !isBelow)) throw leadsOut(name);
  for (const part of (target.startsWith('/') ? target.slice(home.path.length) : target).split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) throw leadsOut(name);
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
}

function leadsOut(name: string): MachineError {
  return new MachineError(
    'invalid',
    `The archive has a name or a link that leads out of the directory, “${name}”. Nothing was written.`,
  );
}

class Extraction {
  readonly #home: OpenHome;
  readonly #directory: string;
  readonly #made = new Set<string>();
  #count = 0;

  constructor(home: OpenHome, directory: string) {
    this.#home = home;
    this.#directory = directory;
  }

  async run(entries: AsyncIterable<Entry>): Promise<number> {
    const links: Entry[] = [];
    const directories: Entry[] = [];
    try {
      await this.#ensureDirectory('');
      for await (const entry of entries) {
        if (entry.kind === 'directory') directories.push(entry);
        if (entry.kind === 'directory') await this.#ensureDirectory(pathOf(entry.name));
        else if (entry.kind === 'file') await this.#write(entry);
        else links.push(entry);
      }
      // At the end, so that no file is written through a link of the archive.
      for (const entry of links) await this.#link(entry);
      // The deepest ones first: a directory might be closed to its own user.
      for (const { name, mode } of directories.toReversed()) await this.#chmod(pathOf(name), mode);
      return this.#count;
    } catch (error) {
      if (!(error instanceof MachineError) || this.#count === 0) throw error;
      const before = ` Files that were unpacked before: ${this.#count}.`;
      const text = error.message.replace(' Nothing was written.', '');
      throw new MachineError(error.code, text + before, { cause: error });
    }
  }

  #at<T>(path: string, follows: boolean, work: (place: Place) => Promise<T>): Promise<T> {
    this.#home.assertStays(' Nothing was written.');
    return withPlace(this.#home, `${this.#directory}/${path}`, follows, work);
  }

  async #ensureDirectory(path: string): Promise<void> {
    if (this.#made.has(path)) return;
    const isTop = path === '';
    if (!isTop) await this.#ensureDirectory(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    await this.#at(path, true, async (place) => {
      const there = statOf(place.path);
      if (there === undefined) {
        mkdirSync(place.path, { mode: NEW_DIRECTORY });
      } else if (!there.isDirectory()) {
        throw new MachineError(
          'exists',
          `“${isTop ? this.#directory : path}” exists and is not a directory.`,
        );
      }
    });
    this.#made.add(path);
  }

  async #open(name: string): Promise<string> {
    const path = pathOf(name);
    await this.#ensureDirectory(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    return path;
  }

  async #write({ name, mode, modifiedAt, content }: Entry): Promise<void> {
    const path = await this.#open(name);
    await this.#at(path, true, async (place) => {
      const there = statOf(place.path);
      if (there !== undefined && !there.isFile())
        throw new MachineError('exists', `“${path}” exists and is not a regular file.`);
      // As other programs do, without waiting for the disk after each file.
      await replaceFile(place, content(), { mode, modifiedAt, flushes: false });
    });
    this.#count++;
  }

  async #link({ name, kind, target }: Entry): Promise<void> {
    const path = await this.#open(name);
    await this.#at(path, false, async (place) => {
      const there = statOf(place.path);
      if (there?.isDirectory() === true)
        throw new MachineError('exists', `“${path}” exists and is not a regular file.`);
      const first = kind === 'link' ? path : pathOf(target);
      if (kind === 'hard link' && first === path) return;
      if (there !== undefined) unlinkSync(place.path);
      if (kind === 'link') symlinkSync(target, place.path);
      else await this.#at(first, false, async (source) => linkSync(source.path, place.path));
    });
    this.#count++;
  }

  #chmod(path: string, mode: number): Promise<void> {
    return this.#at(path, true, async (place) => {
      const fd = openSync(place.path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
      try {
        // Its owner can always use it.
        chmodSync(`/proc/self/fd/${fd}`, mode | 0o700);
      } finally {
        closeSync(fd);
      }
    });
  }
}
