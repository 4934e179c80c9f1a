// Packs files and directories of a home into a new archive.
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { homeParts, type ArchiveFormat } from '../../../core/machine-user-files.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { replaceFile } from '../content.ts';
import { inside, O_PATH, statOf, withPlace, type OpenHome, type Place } from '../place.ts';
import { nothing, type NewEntry, type Packed } from './entry.ts';
import { bzip2, gzip, streamOf } from './filters.ts';
import { writeTar } from './tar.ts';
import { writeZip } from './zip.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** Each source holds the directories above it open. */
const MAX_SOURCES = 100;
const MAX_DEPTH = 256;
/** This program’s own files while they are written, such as the archive itself. */
const DRAFT = Buffer.from('.whmapi1-');

interface Source {
  readonly place: Place;
  /** Its path in the archive. */
  readonly name: string;
}

/** Names in the archive begin below the directory that all sources have in common. @throws MachineError */
export async function compressFiles(
  home: OpenHome,
  paths: readonly string[],
  archive: string,
  format: ArchiveFormat,
): Promise<void> {
  if (paths.length > MAX_SOURCES)
    throw new MachineError('invalid', `An archive is made of at most ${MAX_SOURCES} files and directories.`);
  const names = namesIn(paths.map((path) => homeParts(path, home.path)));
  await withPlaces(home, paths, [], (places) =>
    withPlace(home, archive, false, async (target) => {
      if (statOf(target.path) !== undefined) throw new MachineError('exists', `“${archive}” already exists.`);
      const sources = places.map((place, at) => ({ place, name: names[at] ?? '' }));
      for (const [at, { place }] of sources.entries()) {
        if (statOf(place.path) === undefined)
          throw new MachineError('not_found', `“${paths[at]}”: No such file or directory.`);
      }
      await replaceFile(target, archiveOf(sources, format), { mode: 0o644 });
    }),
  );
}

/** @param paths the parts of each path. */
function namesIn(paths: readonly (readonly string[])[]): string[] {
  if (paths.some((parts) => parts.length === 0))
    throw new MachineError('invalid', 'This is the home directory itself. Name files in it.');
  const [first = [], ...others] = paths.map((parts) => parts.slice(0, -1));
  let common = first.length;
  for (const parents of others) {
    const differs = parents.findIndex((part, at) => part !== first[at]);
    common = Math.min(common, differs < 0 ? parents.length : differs);
  }
  return paths.map((parts) => parts.slice(common).join('/'));
}

function withPlaces<T>(
  home: OpenHome,
  [path, ...others]: readonly string[],
  places: readonly Place[],
  work: (places: readonly Place[]) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(places);
  return withPlace(home, path, false, (place) => withPlaces(home, others, [...places, place], work));
}

function archiveOf(sources: readonly Source[], format: ArchiveFormat): AsyncIterable<Uint8Array> {
  switch (format) {
    case 'zip':
      return writeZip(packed(sources));
    case 'tar':
      return writeTar(packed(sources));
    case 'tar.gz':
      return gzip(writeTar(packed(sources)));
    case 'tar.bz2':
      return bzip2(writeTar(packed(sources)));
    case 'gz':
      return gzip(onlyFile(sources));
    case 'bz2':
      return bzip2(onlyFile(sources));
  }
}

async function* onlyFile(sources: readonly Source[]): AsyncGenerator<Uint8Array> {
  const [{ place }, ...others] = sources as [Source, ...Source[]];
  if (others.length > 0 || statOf(place.path)?.isFile() !== true)
    throw new MachineError('invalid', 'gz and bz2 are for one regular file. Use tar.gz, tar.bz2 or zip.');
  for await (const { content } of packedOne(place.path, Buffer.from(place.name), 0)) yield* content;
}

async function* packed(sources: readonly Source[]): AsyncGenerator<Packed> {
  for (const { place, name } of sources) yield* packedOne(place.path, Buffer.from(name), 0);
}

/** A file, a link, or a directory with its contents. Anything else is left out. */
async function* packedOne(path: string | Buffer, name: Buffer, depth: number): AsyncGenerator<Packed> {
  const stats = statOf(path);
  if (stats === undefined) return;
  const about = {
    name,
    mode: stats.mode & 0o777,
    size: 0,
    modifiedAt: stats.mtimeMs,
    target: Buffer.alloc(0),
  };
  if (stats.isSymbolicLink()) {
    yield { entry: { ...about, kind: 'link', target: readlinkSync(path, 'buffer') }, content: nothing() };
  } else if (stats.isFile()) {
    yield* regular(path, about);
  } else if (stats.isDirectory()) {
    if (depth > MAX_DEPTH)
      throw new MachineError('invalid', `It has more than ${MAX_DEPTH} directories inside each other.`);
    yield { entry: { ...about, kind: 'directory' }, content: nothing() };
    const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      for (const child of readdirSync(`/proc/self/fd/${fd}`, 'buffer').sort((one, other) =>
        one.compare(other),
      )) {
        if (child.subarray(0, DRAFT.length).equals(DRAFT)) continue;
        const place = Buffer.concat([Buffer.from(inside(fd, '')), child]);
        yield* packedOne(place, Buffer.concat([name, Buffer.from('/'), child]), depth + 1);
      }
    } finally {
      closeSync(fd);
    }
  }
}

/** The file that was identified as a regular one, whatever has its name meanwhile. */
async function* regular(path: string | Buffer, about: Omit<NewEntry, 'kind'>): AsyncGenerator<Packed> {
  const identified = openSync(path, O_PATH | O_NOFOLLOW);
  try {
    const stats = fstatSync(identified);
    if (!stats.isFile()) return;
    const fd = openSync(`/proc/self/fd/${identified}`, O_RDONLY | O_NONBLOCK);
    try {
      const { size } = stats;
      yield { entry: { ...about, kind: 'file', size }, content: exactly(streamOf(fd, 0, size), size) };
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(identified);
  }
}

async function* exactly(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const part of content) {
    left -= part.length;
    yield part;
  }
  if (left !== 0)
    throw new MachineError(
      'failed',
      'A file has changed while it was packed. Nothing was written. Retry the call.',
    );
}
