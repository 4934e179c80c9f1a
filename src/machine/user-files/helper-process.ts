// A helper process, as the program sees it. The process belongs to the user, who can also stop or replace it: nothing
// that it answers is trusted, except about the user's own files.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineError } from '../../core/machine-error.ts';
import { Kind, nextFrame, readFrames, writeData, writeFrame, writeJson, type Frame } from './frames.ts';
import type { Request, Response } from './helper.ts';

/** A list of 100,000 files has 30 MiB. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** The helper says every 5 seconds that it is alive. */
const SILENCE_MS = 30_000;
/** A helper that was in use for longer is replaced, so that it does not keep rights that the user has lost. */
const MAX_AGE_MS = 300_000;
/** How long after its end the rest of its output is read, if another process keeps it open. */
const REST_MS = 500;
/** How long the content of a failed write may take to end, before the helper is replaced instead. */
const SETTLE_MS = 100;
const MAX_COMPLAINT_LENGTH = 4096;
const CODES = new Set<string>(['exists', 'invalid', 'not_found', 'not_ours', 'full', 'failed']);

export interface Started {
  readonly program: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Work {
  readonly request: Request;
  readonly content?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** The largest content of the answer, in bytes. */
  readonly maxBytes: number;
  /** For the whole work, in milliseconds. */
  readonly limitMs: number;
}

export interface Answer {
  readonly value: unknown;
  readonly content: Uint8Array | undefined;
}

/** What pipes have and other streams do not: whether they keep this process. */
interface Held {
  readonly ref: () => void;
  readonly unref: () => void;
}

interface Pipes {
  readonly input: Writable & Held;
  readonly output: Readable & Held;
  readonly complaints: Readable & Held;
}

export class HelperProcess {
  readonly #child: ChildProcess;
  readonly #pipes: Pipes;
  readonly #frames: AsyncIterator<Frame, undefined>;
  readonly #closed: Promise<void>;
  readonly #startedAt = performance.now();
  #complaint = '';
  #reason: string | undefined;
  #isAnswered = false;

  /** @throws MachineError `failed` if the system has no room for another process. */
  constructor({ program, words, environment }: Started) {
    const child = spawn(program, words, {
      env: environment,
      cwd: '/',
      // A separate session: Ctrl+C at the terminal does not end the work.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.once('error', (error: { code?: string }) => this.#end(`could not be started (${error.code})`));
    // Node creates no pipes if the system has no more descriptors.
    if ((child.stdin as unknown) === undefined) {
      throw new MachineError('failed', 'The server has no room for another process. Retry the call later.');
    }
    this.#child = child;
    this.#pipes = {
      input: child.stdin as Writable & Held,
      output: child.stdout as Readable & Held,
      complaints: child.stderr as Readable & Held,
    };
    const { input, output, complaints } = this.#pipes;
    this.#frames = readFrames(output, MAX_FRAME_BYTES);
    child.once('exit', () => setTimeout(() => this.#end('was ended'), REST_MS).unref());
    this.#closed = new Promise((done) => {
      child.once('close', () => {
        this.#end('was ended');
        done();
      });
    });
    input.on('error', () => undefined);
    output.on('error', () => undefined);
    complaints.on('error', () => undefined);
    complaints.on('data', (bytes: Buffer) => {
      if (this.#complaint.length < MAX_COMPLAINT_LENGTH) this.#complaint += bytes.toString();
    });
    child.unref();
  }

  /** False once it cannot be used any more. */
  get isUsable(): boolean {
    return this.#reason === undefined && performance.now() - this.#startedAt < MAX_AGE_MS;
  }

  /** One work at a time. @throws MachineError, or the failure of the work’s content. */
  async perform(work: Work): Promise<Answer> {
    const { limitMs, maxBytes } = work;
    this.#hold(true);
    const timer = setTimeout(() => this.#end(`took longer than ${limitMs / 1000} seconds`), limitMs);
    let silence: NodeJS.Timeout | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => this.#end('does not respond'), SILENCE_MS);
    };
    heard();
    this.#isAnswered = false;
    const sent = this.#send(work, heard);
    // Thrown below, unless something else has failed before.
    sent.catch(() => undefined);
    try {
      const response = await this.#response(heard);
      this.#isAnswered = true;
      const isFailed = 'error' in response;
      // A client might send the rest of a failed upload slowly, or never.
      if (isFailed && !(await isSettled(sent))) this.#end('was ended');
      // The content's own failure, such as a client that closed its connection, is the one that matters.
      else await sent;
      if (isFailed) throw errorOf(response.error);
      return {
        value: response.value,
        content: response.hasContent ? await this.#content(maxBytes, heard) : undefined,
      };
    } finally {
      clearTimeout(timer);
      clearTimeout(silence);
      this.#hold(false);
    }
  }

  /** It ends when its input does; if not, it is killed. */
  close(): void {
    this.#reason ??= 'was closed';
    this.#pipes.input.end();
    setTimeout(() => this.#child.kill('SIGKILL'), REST_MS).unref();
  }

  /** A pipe that is broken is noticed where the response is read. @throws the failure of the content. */
  async #send({ request, content }: Work, heard: () => void): Promise<void> {
    const { input } = this.#pipes;
    const quietly = (writing: Promise<void>) => writing.catch(() => undefined);
    await quietly(writeJson(input, request));
    if (content === undefined) return;
    try {
      for await (const part of content instanceof Uint8Array ? [content] : content) {
        // Its age does not matter: what is written must be complete.
        if (this.#reason !== undefined || this.#isAnswered) break;
        await quietly(writeData(input, part));
        heard();
      }
    } catch (error) {
      await quietly(writeFrame(input, Kind.abort));
      throw error;
    }
    await quietly(writeFrame(input, Kind.end));
  }

  async #response(heard: () => void): Promise<Response> {
    const { kind, payload } = await this.#next(heard);
    const response = kind === Kind.json ? parsed(payload) : undefined;
    if (typeof response !== 'object' || response === null) throw this.#nonsense();
    if (!('value' in response || 'error' in response)) throw this.#nonsense();
    return response as Response;
  }

  async #content(maxBytes: number, heard: () => void): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { kind, payload } = await this.#next(heard);
      if (kind === Kind.end) return Buffer.concat(parts, size);
      size += payload.length;
      if (kind !== Kind.data || size > maxBytes) throw this.#nonsense();
      parts.push(payload);
    }
  }

  async #next(heard: () => void): Promise<Frame> {
    for (;;) {
      const frame = await nextFrame(this.#frames).catch((error: unknown) => {
        if (error instanceof RangeError) throw this.#nonsense();
        return undefined;
      });
      if (frame === undefined) {
        // Its complaint might not have been read yet.
        await Promise.race([this.#closed, sleep(REST_MS)]);
        throw this.#failure();
      }
      heard();
      if (frame.kind !== Kind.alive) return frame;
    }
  }

  #nonsense(): MachineError {
    this.#end('answered nonsense');
    return this.#failure();
  }

  #failure(): MachineError {
    this.#end('was ended');
    const [line = ''] = this.#complaint.trim().split('\n');
    const said = line === '' ? '' : ` (${line})`;
    return new MachineError(
      'failed',
      `The process that works on the user’s files ${this.#reason}${said}. Retry the call.`,
      // The user can end it.
      { isOfHome: true },
    );
  }

  #end(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
    this.#pipes.output.destroy();
  }

  /** While it works, this process waits for it. A helper that only waits does not keep this process. */
  #hold(isWorking: boolean): void {
    for (const pipe of Object.values(this.#pipes) as Held[]) {
      if (isWorking) pipe.ref();
      else pipe.unref();
    }
  }
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

async function isSettled(work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([settled, sleep(SETTLE_MS, false, { signal: late.signal })]);
  late.abort();
  return result;
}

function errorOf(described: { code: unknown; message: unknown; isOfHome?: unknown }): MachineError {
  const { code, message, isOfHome } = described;
  const known = CODES.has(String(code)) ? (code as MachineError['code']) : 'failed';
  return new MachineError(known, String(message).slice(0, 8192), { isOfHome: isOfHome === true });
}
