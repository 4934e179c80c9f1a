// The way to the native process that starts tools (`src/tool-starter/tool-starter.c`, which describes the messages). What
// the other starter decides in its own process is decided here: how long a tool may run, and how much it may print.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import process from 'node:process';
import { getSystemErrorName } from 'node:util';
import { MachineError } from '../../core/machine-error.ts';
import { environment } from './environment.ts';
import { heldByAnother, waitForLock } from './lock-file.ts';
import type { Message, OpenChannel, Request, StarterChannel } from './starter-messages.ts';
import { environmentOf, RunningTool, type Ended, type RunOptions } from './tool.ts';

const HEADER_BYTES = 9;
/** The error if somebody else has a lock. Linux has one number for EAGAIN and EWOULDBLOCK. */
const HELD = 'EAGAIN';
/** No user ID. */
const NONE = 0xffff_ffff;

/** @param program the compiled `tool-starter.c`. */
export const nativeChannel =
  (program: string): OpenChannel =>
  (onMessage, onEnd) =>
    new NativeChannel(program, onMessage, onEnd);

class NativeChannel implements StarterChannel {
  readonly #child: ChildProcess;
  readonly #tell: (message: Message) => void;
  readonly #running = new Map<number, RunningTool>();
  /** What receives the error number of a request for a lock, or 0. */
  readonly #asked = new Map<number, (failure: number) => void>();
  #received: Buffer = Buffer.alloc(0);

  constructor(program: string, onMessage: (message: Message) => void, onEnd: () => void) {
    this.#tell = onMessage;
    this.#child = spawn(program, [], {
      env: environment,
      cwd: '/',
      // A separate session: Ctrl+C at the terminal does not end it.
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const end = () => {
      for (const tool of this.#running.values()) tool.forget();
      onEnd();
    };
    this.#child.on('error', end);
    this.#child.once('exit', end);
    this.#asked.set(0, () => onMessage({ kind: 'ready' }));
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (bytes: Buffer) => this.#receive(bytes));
  }

  send({ id, work }: Request): void {
    switch (work.kind) {
      case 'lock':
        return this.#lock(id, work.path);
      case 'unlock':
        this.#asked.set(id, () => this.#tell({ kind: 'done', id, value: undefined }));
        return this.#write('U', id, [work.lock]);
      case 'run': {
        const onOutput = (text: string) => this.#tell({ kind: 'output', id, text });
        const options = { ...work.options, ...(work.streams && { onOutput }) };
        const done = (value: Ended) => this.#tell({ kind: 'done', id, value });
        return this.#run(id, [work.tool, ...work.words], options, { lock: work.lock ?? 0, done });
      }
    }
  }

  hold(isWorking: boolean): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout] as (Socket | null)[]) {
      if (isWorking) stream?.ref();
      else stream?.unref();
    }
  }

  close(): void {
    this.#child.stdin?.end();
  }

  #run(
    id: number,
    words: readonly string[],
    options: RunOptions,
    { lock, done }: { lock: number; done: (ended: Ended) => void },
  ): void {
    let texts: string[];
    let variables: string[];
    try {
      variables = Object.entries(environmentOf(options)).map(([name, value]) => `${name}=${value}`);
      texts = [...words, ...variables, ...(options.inputFile === undefined ? [] : [options.inputFile])];
      if (texts.some((text) => text.includes('\0'))) throw new Error('an argument has a NUL character');
    } catch (error) {
      const reason = `could not be run: ${(error as Error).message}.`;
      return done({ status: undefined, stdout: '', stderr: '', reason });
    }
    const secrets = [options.privateFile ?? []].flat();
    const { uid, gid } = options.as ?? { uid: NONE, gid: NONE };
    const input = options.inputFile ?? options.input ?? '';
    const end = (ended: Ended) => {
      this.#running.delete(id);
      done(ended);
    };
    this.#running.set(id, new RunningTool(options, () => this.#write('K', id), end));
    this.#write(
      'R',
      id,
      [
        lock,
        uid,
        gid,
        options.inputFile === undefined ? 0 : 1,
        words.length,
        variables.length,
        secrets.length,
      ],
      [...words, ...variables, ...secrets, input],
    );
  }

  /** If somebody else has the lock, flock(1) waits for it. */
  #lock(id: number, path: string): void {
    const fail = (error: MachineError | (Error & { code?: string })) => {
      const { code, message: text } = error;
      this.#tell({ kind: 'failed', id, error: { code, text, isOfMachine: error instanceof MachineError } });
    };
    const done = () => this.#tell({ kind: 'done', id, value: id });
    this.#asked.set(id, (failure) => {
      if (failure === 0) return done();
      const code = getSystemErrorName(-failure);
      if (code !== HELD) {
        return fail(Object.assign(new Error(`${code}: open '${path}'`), { code }));
      }
      const [tool, words, options] = waitForLock;
      const waited = ({ status }: Ended) => {
        if (status === 0) return done();
        this.#write('U', id, [id]);
        fail(heldByAnother(path));
      };
      this.#run(id, [tool, ...words], options, { lock: id, done: waited });
    });
    this.#write('L', id, [], [path]);
  }

  #write(type: string, id: number, numbers: readonly number[] = [], texts: readonly string[] = []): void {
    const parts: Buffer[] = [];
    const number = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      parts.push(bytes);
    };
    for (const value of [id, ...numbers]) number(value);
    for (const text of texts) {
      number(Buffer.byteLength(text));
      parts.push(Buffer.from(`${text}\0`));
    }
    const length = parts.reduce((sum, part) => sum + part.length, 1);
    const head = Buffer.alloc(5);
    head.writeUInt32LE(length);
    head.write(type, 4, 'latin1');
    this.#child.stdin?.write(Buffer.concat([head, ...parts]));
  }

  #receive(bytes: Buffer): void {
    let rest = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32LE(5);
      if (rest.length < end) break;
      this.#answered(
        rest.readUInt32LE(0),
        String.fromCharCode(rest[4] ?? 0),
        rest.subarray(HEADER_BYTES, end),
      );
      rest = rest.subarray(end);
    }
    this.#received = rest;
  }

  #answered(id: number, type: string, content: Buffer): void {
    const tool = this.#running.get(id);
    if (type === 'O') return tool?.print(content);
    if (type === 'E') return tool?.complain(content);
    const number = content.readUInt32LE(0);
    if (type === 'X') {
      const signal = signalOf(content.readUInt32LE(4));
      return tool?.end(signal === null ? number : null, signal);
    }
    if (type === 'I') return tool?.notStarted(`${getSystemErrorName(-number)}, its input`);
    if (tool !== undefined) return tool.notStarted(getSystemErrorName(-number));
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    asked?.(number);
  }
}

function signalOf(number: number): string | null {
  // The build has no import of node:os with these.
  const { signals } = process.getBuiltinModule('node:os').constants;
  const [name] = Object.entries(signals).find(([, value]) => value === number) ?? [];
  return name ?? (number === 0 ? null : `number ${number}`);
}
