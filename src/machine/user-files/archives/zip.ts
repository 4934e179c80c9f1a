// zip archives: yauzl reads their list, yazl writes them.
import { once } from 'node:events';
import { read } from 'node:fs';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createInflateRaw } from 'node:zlib';
import { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } from 'yauzl';
import type { Entry as Listed, ZipFile as List } from 'yauzl';
import { ZipFile } from 'yazl';
import { MachineError, systemErrorCode } from '../../../core/machine-error.ts';
import {
  MAX_TIME,
  named,
  nothing,
  packedName,
  timeOf,
  utf8,
  type Entry,
  type NewEntry,
  type Packed,
} from './entry.ts';
import { streamOf, through } from './filters.ts';
import { damaged } from './pieces.ts';

const readPart = promisify(read);
const IS_UTF8 = 0x800;
const STORED = 0;
const LINK = 0o120000;
const DIRECTORY = 0o040000;
const REGULAR = 0o100000;
/** As the kernel has it. */
const MAX_TARGET_BYTES = 4096;
/** yazl looks for the next entry among all of them. */
const MAX_NEW_ENTRIES = 65_534;

/**
 * An open file, which stays open. yauzl’s own reader gives node:fs any position that an archive names, and the error for
 * one that no file has would end this process.
 */
class OpenFile extends RandomAccessReader {
  readonly #fd: number;

  constructor(fd: number) {
    super();
    this.#fd = fd;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null) => void,
  ): void {
    this.#fill(buffer.subarray(offset, offset + length), position).then(() => done(null), done);
  }

  async #fill(buffer: Buffer, position: number): Promise<void> {
    if (!Number.isSafeInteger(position + buffer.length)) throw tooShort();
    for (let done = 0; done < buffer.length;) {
      const { bytesRead } = await readPart(this.#fd, buffer, done, buffer.length - done, position + done);
      if (bytesRead === 0) throw tooShort();
      done += bytesRead;
    }
  }
}

function tooShort(): MachineError {
  return damaged('it ends too early');
}

/** @throws MachineError `invalid` for an archive that is damaged, or uses an unknown method. */
export async function* readZip(fd: number, size: number): AsyncGenerator<Entry> {
  const options = { decodeStrings: false, validateEntrySizes: false };
  const list = await understood(fromRandomAccessReaderPromise(new OpenFile(fd), size, options));
  const entries = list.eachEntry();
  try {
    for (;;) {
      const next = await understood(entries.next());
      if (next.done === true) return;
      yield await entryOf(fd, list, next.value);
    }
  } finally {
    list.close();
  }
}

/** With errors that say what is wrong with the archive. */
async function understood<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MachineError || systemErrorCode(error) !== undefined) throw error;
    const { message } = error as Error;
    if (message.startsWith('strong encryption')) throw encrypted();
    if (message.startsWith('multi-disk'))
      throw new MachineError(
        'invalid',
        'It is one of several files of an archive, which is not supported. Join them to one file.',
      );
    throw damaged(
      message.startsWith('End of central') ? 'its end is missing' : 'its list of files is not valid',
    );
  }
}

function encrypted(): MachineError {
  return new MachineError(
    'invalid',
    'The archive is encrypted. Only archives without a password are unpacked.',
  );
}

async function entryOf(fd: number, list: List, listed: Listed): Promise<Entry> {
  if (listed.isEncrypted()) throw encrypted();
  if (!listed.canDecodeFileData())
    throw new MachineError(
      'invalid',
      `The archive uses the compression method ${listed.compressionMethod}, which is not supported.`,
    );
  const isFromUnix = [3, 19].includes(listed.versionMadeBy >> 8);
  const fullMode = isFromUnix ? listed.externalFileAttributes >>> 16 : 0;
  // Some programs of Windows write its separator, which no name has on Unix.
  const name = isFromUnix ? nameOf(listed) : nameOf(listed).replaceAll('\\', '/');
  const isDirectory = name.endsWith('/') || (fullMode & 0o170000) === DIRECTORY;
  const kind = isDirectory ? 'directory' : kindOf(fullMode);
  const mode = (fullMode & 0o777) === 0 ? (isDirectory ? 0o755 : 0o644) : fullMode & 0o777;
  const size = listed.uncompressedSize;
  if (kind === 'link' && size > MAX_TARGET_BYTES) throw damaged('a link is too long');
  const target = kind === 'link' ? await targetOf(contentOf(fd, list, listed)) : '';
  const content = kind === 'file' ? () => contentOf(fd, list, listed) : nothing;
  return { name, kind, mode, size, modifiedAt: modifiedAt(listed), target, content };
}

/** Without the flag, most programs write UTF-8 nevertheless, and others the characters of DOS. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Listed): string {
  const name = utf8(fileNameRaw);
  if (name !== undefined || (generalPurposeBitFlag & IS_UTF8) !== 0) return named(name);
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

function kindOf(mode: number): Entry['kind'] {
  const type = mode & 0o170000;
  if (type === LINK) return 'link';
  return type === 0 || type === REGULAR ? 'file' : 'other';
}

/** In the time zone of this server if the archive does not say which one it means. */
function modifiedAt(listed: Listed): number | undefined {
  const time = listed.getLastModDate().getTime();
  const isOfDos = time === listed.getLastModDate({ forceDosFormat: true }).getTime();
  return isOfDos && listed.lastModFileDate === 0 ? undefined : timeOf(time);
}

async function* contentOf(fd: number, list: List, listed: Listed): AsyncGenerator<Uint8Array> {
  const header = await understood(list.readLocalFileHeaderPromise(listed, { minimal: true }));
  const stored = streamOf(fd, header.fileDataStart, listed.compressedSize);
  let left = listed.uncompressedSize;
  let sum = 0;
  for await (const part of listed.compressionMethod === STORED
    ? stored
    : through(stored, createInflateRaw())) {
    left -= part.length;
    if (left < 0) throw damaged('a file is longer than its list says');
    sum = crc32(part, sum);
    yield part;
  }
  if (left !== 0 || sum !== listed.crc32) throw damaged('the content of a file does not match its checksum');
}

async function targetOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return utf8(Buffer.concat(parts)) ?? '';
}

/** @throws MachineError `invalid` for a name that yazl would change, or for too many files. */
export async function* writeZip(files: AsyncIterable<Packed>): AsyncGenerator<Uint8Array> {
  const archive = new ZipFile();
  const output = archive.outputStream.pipe(new PassThrough());
  archive.once('error', (error: Error) => output.destroy(error));
  const parts: Uint8Array[] = [];
  output.on('data', (part: Uint8Array) => parts.push(part));
  const ended = once(output, 'end');
  ended.catch(() => undefined);
  let count = 0;
  try {
    for await (const { entry, content } of files) {
      if (++count > MAX_NEW_ENTRIES) throw tooMany();
      const name = zipName(entry.name);
      const about = aboutOf(entry);
      if (entry.kind === 'directory') {
        archive.addEmptyDirectory(name, about);
      } else if (entry.kind === 'link') {
        archive.addBuffer(entry.target, name, { ...about, compress: false });
      } else {
        const { size } = entry;
        const source = new PassThrough();
        archive.addReadStream(source, name, { ...about, size, compress: size > 0 });
        for await (const part of content) {
          if (!source.write(part)) await once(source, 'drain');
          yield* parts.splice(0);
        }
        source.end();
        // Not one file more is opened until yazl has read this one.
        await finished(source);
      }
      yield* parts.splice(0);
    }
    archive.end();
    await ended;
    yield* parts.splice(0);
  } finally {
    output.destroy();
  }
}

function zipName(bytes: Buffer): string {
  const name = packedName(bytes);
  if (name.includes('\\') || /^[a-z]:/i.test(name))
    throw new MachineError(
      'invalid',
      `“${name}”: a zip archive has no backslash in names, and none that begin like a drive of Windows. Use tar.gz instead, or rename the file. Nothing was written.`,
    );
  return name;
}

const types = { file: REGULAR, directory: DIRECTORY, link: LINK };

function aboutOf({ kind, mode, modifiedAt }: NewEntry) {
  const mtime = new Date(Math.max(0, modifiedAt));
  // The time in UTC has 32 bits.
  return { mode: types[kind] | mode, mtime, forceDosTimestamp: modifiedAt > MAX_TIME };
}

function tooMany(): MachineError {
  return new MachineError(
    'invalid',
    `A zip archive of this program has at most ${MAX_NEW_ENTRIES} files. Use tar.gz instead. Nothing was written.`,
  );
}
