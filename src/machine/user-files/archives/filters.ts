// Compression: gzip and zip by node:zlib, bzip2 by the program of that name.
import { spawn } from 'node:child_process';
import { read } from 'node:fs';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import { MachineError } from '../../../core/machine-error.ts';
import { damaged } from './pieces.ts';

const readPart = promisify(read);
const PART_BYTES = 64 * 1024;

type Parts = AsyncIterable<Uint8Array>;

/** The bytes of an open file, which stays open. */
export async function* streamOf(fd: number, from: number, length = Infinity): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length;) {
    const most = Math.min(PART_BYTES, length - done);
    const { bytesRead, buffer } = await readPart(fd, Buffer.allocUnsafe(most), 0, most, from + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** @throws MachineError `invalid` if node:zlib cannot read it. */
export async function* through(parts: Parts, filter: Duplex): AsyncGenerator<Uint8Array> {
  const source = Readable.from(parts, { objectMode: false });
  // Its failure is that of the filter, which is read here.
  const done = pipeline(source, filter);
  done.catch(() => undefined);
  try {
    for await (const part of filter) yield part as Buffer;
    await done;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code.startsWith('Z_')) throw damaged('its compressed content is not valid');
    throw error;
  } finally {
    filter.destroy();
    source.destroy();
  }
}

export const gunzip = (parts: Parts) => through(parts, createGunzip({ chunkSize: PART_BYTES }));
export const gzip = (parts: Parts) => through(parts, createGzip());

export const bunzip2 = (parts: Parts) => bzip2Program(['-dc'], parts);
export const bzip2 = (parts: Parts) => bzip2Program(['-c'], parts);

async function* bzip2Program(words: readonly string[], parts: Parts): AsyncGenerator<Uint8Array> {
  const child = spawn('bzip2', words, { cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  ended.catch(() => undefined);
  // If the program ends early, its status says why.
  const fed = pipeline(Readable.from(parts, { objectMode: false }), child.stdin);
  let problem: unknown;
  fed.catch((error: unknown) => (problem = error));
  try {
    for await (const part of child.stdout) yield part as Buffer;
    const status = await ended.catch((error: unknown) => {
      const isMissing = (error as { code?: string }).code === 'ENOENT';
      throw isMissing
        ? new MachineError('failed', 'The program bzip2 is not installed on this server.')
        : error;
    });
    if (problem instanceof MachineError) throw problem;
    if (status !== 0) throw damaged('its compressed content is not valid');
  } finally {
    child.kill('SIGKILL');
  }
}
