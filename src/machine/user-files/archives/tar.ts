// tar archives, read and written by tar-stream: POSIX.1-2017 (ustar and pax), and the long names of GNU tar.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type ExtractEvents, type Header } from 'tar-stream';
import { MachineError, systemErrorCode } from '../../../core/machine-error.ts';
import { MAX_TIME, named, nothing, packedName, timeOf, utf8 } from './entry.ts';
import type { Entry, NewEntry, Packed } from './entry.ts';
import { damaged, readToEnd } from './pieces.ts';

export const BLOCK = 512;
/** Takes the place of bytes that are not valid UTF-8. It can be in a name as well, which the archive says then. */
const REPLACEMENT = '\ufffd';
const ALL_UTF8 = 'ISO-IR 10646 2000 UTF-8';
/** Names as bytes, so that those that are not valid UTF-8 are known. The oldest format has no magic number. */
const READING: object = { allowUnknownFormat: true, filenameEncoding: 'latin1' };
const REGULAR = 0o100000;

type Stream = ExtractEvents['entry'][1];

const kinds: Readonly<Partial<Record<string, Entry['kind']>>> = {
  ...{ file: 'file', 'contiguous-file': 'file', directory: 'directory', link: 'hard link', symlink: 'link' },
};

/** True if these bytes are the first header of an archive. An archive without entries begins with zeros. */
export function isTar(start: Buffer): Promise<boolean> {
  if (start.length < BLOCK) return Promise.resolve(false);
  const probe = extract(READING);
  return new Promise<boolean>((decide) => {
    probe.on('entry', (_header, stream) => {
      stream.on('error', () => undefined);
      decide(true);
    });
    probe.on('finish', () => decide(true));
    // A long name is right as well, and continues.
    probe.on('error', (error: Error) => decide(!error.message.startsWith('Invalid ')));
    probe.end(start);
  }).finally(() => probe.destroy());
}

/** @throws MachineError `invalid` for an archive that is damaged. */
export async function* readTar(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const archive = extract(READING);
  const source = Readable.from(parts, { objectMode: false });
  // Its failure is that of the archive, which is read here.
  pipeline(source, archive).catch(() => undefined);
  try {
    for await (const stream of understood(archive)) {
      const { header } = stream;
      yield entryOf(header, kinds[header.type] === 'file' ? contentOf(stream) : nothing);
      // A directory can have a size, but never has content.
      if (header.type !== 'directory') await readToEnd(bytesOf(stream));
    }
  } finally {
    archive.destroy();
    source.destroy();
  }
}

/** A function of its own: what is kept of an entry does not keep its stream. */
function contentOf(stream: Stream): () => AsyncIterable<Uint8Array> {
  return () => bytesOf(stream);
}

function bytesOf(stream: Stream): AsyncGenerator<Uint8Array> {
  return understood(stream as AsyncIterable<unknown> as AsyncIterable<Uint8Array>);
}

/** With errors that say what is wrong with the archive. */
async function* understood<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (error instanceof MachineError || systemErrorCode(error) !== undefined) throw error;
    const { message } = error as Error;
    if (message.startsWith('Unexpected end')) throw damaged('it ends too early');
    throw damaged(message.startsWith('Header exceeds') ? 'a header is too long' : 'a header is not valid');
  }
}

function entryOf(header: Header, content: Entry['content']): Entry {
  const { size, mode } = header;
  const pax = header.pax as Readonly<Partial<Record<string, string>>> | null;
  const name = nameOf(header.name, pax?.path, pax?.hdrcharset);
  const kind = kinds[header.type] ?? 'other';
  return {
    name,
    kind: kind === 'file' && name.endsWith('/') ? 'directory' : kind,
    mode: mode & 0o777,
    size: kind === 'file' ? size : 0,
    modifiedAt: timeOf(Number(pax?.mtime) * 1000) ?? timeOf(header.mtime.getTime()),
    target: nameOf(header.linkname, pax?.linkpath, pax?.hdrcharset),
    content,
  };
}

/** @param plain one character for each byte. @param pax decoded by the library. */
function nameOf(plain: string | null, pax = '', charset?: string): string {
  if (pax === '') return named(utf8(Buffer.from(plain ?? '', 'latin1')));
  return named(pax.includes(REPLACEMENT) && charset !== ALL_UTF8 ? undefined : pax);
}

/** Names and targets that ustar has no place for are in pax headers. @throws MachineError `invalid` for a name. */
export async function* writeTar(files: AsyncIterable<Packed>): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const parts: Uint8Array[] = [];
  archive.on('data', (part) => parts.push(part as Uint8Array));
  const ended = once(archive, 'end');
  ended.catch(() => undefined);
  try {
    for await (const { entry, content } of files) {
      const sink = archive.entry(headerOf(entry));
      const closed = once(sink, 'close');
      closed.catch(() => undefined);
      for await (const part of content) {
        if (!sink.write(part)) await once(sink, 'drain');
        yield* parts.splice(0);
      }
      sink.end(null);
      await closed;
      yield* parts.splice(0);
    }
    archive.finalize();
    await ended;
    yield* parts.splice(0);
  } finally {
    archive.destroy();
  }
}

const types = { file: 'file', directory: 'directory', link: 'symlink' } as const;

function headerOf({ name, kind, mode, size, modifiedAt, target }: NewEntry) {
  const time = Math.max(0, modifiedAt);
  const full = packedName(name);
  const linkname = packedName(target);
  const pax = {
    ...(time > MAX_TIME ? { mtime: String(Math.floor(time / 1000)) } : {}),
    ...(`${full}${linkname}`.includes(REPLACEMENT) ? { hdrcharset: ALL_UTF8 } : {}),
  };
  return {
    name: kind === 'directory' ? `${full}/` : full,
    type: types[kind],
    // tar-stream takes 0 for a mode that is not given.
    mode: REGULAR | mode,
    size,
    mtime: new Date(Math.min(time, MAX_TIME)),
    ...(Object.keys(pax).length > 0 ? { pax } : {}),
    ...(kind === 'link' ? { linkname } : {}),
  };
}
