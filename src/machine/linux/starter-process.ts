// A small process that starts tools, as the server sees it. Starting a tool copies the page tables of the process that
// starts it, and blocks it meanwhile: the more memory it has, the longer.
import { fork, type ChildProcess } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { MachineError } from '../../core/machine-error.ts';
import { environment } from './environment.ts';
import { type Lock, lockFile } from './lock.ts';
import type { Message, Request } from './starter-messages.ts';
import type { Ended, RunOptions, StartTool } from './tool.ts';

/** A lock that the process holds. If the process is killed, this one takes the lock, until the work has noticed. */
interface HeldLock {
  readonly path: string;
  taken?: Promise<FileHandle | undefined>;
}

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly fail: (error: Error) => void;
  readonly onOutput: RunOptions['onOutput'];
}

export class StarterProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  /** The locks that it holds for this process. */
  readonly #locks = new Map<number, HeldLock>();
  #last = 0;
  #isReady = false;
  #hasEnded = false;

  /**
   * @param program the built `starter.ts`.
   * @param onEnd called once, when it cannot be used any more.
   */
  constructor(program: string, onEnd: () => void) {
    const end = () => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      for (const { fail } of this.#waiting.values()) fail(gone());
      this.#waiting.clear();
      // If somebody else was faster, the work is not protected until it has failed, which is at its next tool or its end.
      for (const lock of this.#locks.values()) lock.taken = lockFile(lock.path).catch(() => undefined);
      onEnd();
    };
    this.#child = fork(program, {
      env: environment,
      cwd: '/',
      execArgv: [],
      // A separate session: Ctrl+C at the terminal does not end it.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.on('error', end).once('exit', end).once('disconnect', end);
    this.#child.on('message', (message: Message) => this.#receive(message));
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** True if it has started, and can be used. */
  get isReady(): boolean {
    return this.#isReady && !this.#hasEnded;
  }

  /** False while a tool runs, or a lock is held. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#locks.size === 0;
  }

  readonly start: StartTool = (tool, words, options) => this.#run(tool, words, options);

  async lock(path: string): Promise<Lock> {
    const lock = (await this.#ask({ kind: 'lock', path })) as number;
    const held: HeldLock = { path };
    this.#locks.set(lock, held);
    return {
      start: (tool, words, options) => this.#run(tool, words, options, lock),
      release: async () => {
        this.#locks.delete(lock);
        void held.taken?.then((file) => file?.close());
        await this.#ask({ kind: 'unlock', lock });
      },
    };
  }

  /** It ends at once, like this process would. */
  close(): void {
    this.#isReady = false;
    if (this.#child.connected) this.#child.disconnect();
  }

  async #run(
    tool: string,
    words: readonly string[],
    { onOutput, ...options }: RunOptions,
    lock?: number,
  ): Promise<Ended> {
    const streams = onOutput !== undefined;
    try {
      return (await this.#ask({ kind: 'run', tool, words, options, streams, lock }, onOutput)) as Ended;
    } catch (error) {
      const reason = `may have been interrupted: ${(error as Error).message}`;
      return { status: undefined, stdout: '', stderr: '', reason };
    }
  }

  #ask(work: Request['work'], onOutput?: RunOptions['onOutput']): Promise<unknown> {
    return new Promise((done, fail) => {
      if (this.#hasEnded) return fail(gone());
      const id = ++this.#last;
      this.#waiting.set(id, { done, fail, onOutput });
      // While it works, this process waits for it.
      this.#child.channel?.ref();
      const request: Request = { id, work };
      // If it has ended meanwhile, its events say so.
      this.#child.send(request, () => undefined);
    });
  }

  #receive(message: Message): void {
    if (message.kind === 'ready') {
      this.#isReady = true;
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'output') return waiting?.onOutput?.(message.text);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#child.channel?.unref();
    if (message.kind === 'done') return waiting?.done(message.value);
    const { code, text, isOfMachine } = message.error;
    waiting?.fail(
      isOfMachine
        ? new MachineError(code as MachineError['code'], text)
        : Object.assign(new Error(text), { code }),
    );
  }
}

const gone = () => new MachineError('failed', 'The process that starts programs was ended. Retry the call.');
