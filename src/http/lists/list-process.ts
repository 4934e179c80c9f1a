// One process that makes calls whose lists can be long.
import { fork, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Call, Caller } from '../../core/context.ts';
import type { Answer, Question } from './messages.ts';

const MAX_CALL_MS = 5 * 60_000;
const LOOK_MS = 500;
/** The server has 10 seconds to end. */
const MAX_CLOSE_MS = 5000;
const MAX_HEAP_MIB = 1024;
/** Nobody waits for a list as for other calls. */
const NICE = 5;

/** Why there is no answer. */
export interface Failure {
  readonly kind: 'memory' | 'time' | 'abandoned' | 'stopped';
}

export class ListProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #work: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #failure: Failure = { kind: 'memory' };
  isUsable = true;

  constructor(script: string, onEnd: () => void) {
    const { NOTIFY_SOCKET: _socket, WATCHDOG_USEC: _time, ...env } = process.env;
    this.#child = fork(script, [], {
      env,
      execArgv: [`--max-old-space-size=${MAX_HEAP_MIB}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((done) => {
      const end = () => {
        this.isUsable = false;
        onEnd();
        done();
      };
      this.#child.once('exit', end);
      this.#child.once('error', end);
    });
    if (this.#child.pid !== undefined) setPriority(this.#child.pid, NICE);
  }

  /** One call at a time. */
  make(call: Call, caller: Caller, file: Pick<Question, 'file' | 'most'>): Promise<Answer | Failure> {
    clearTimeout(this.#idle);
    this.#child.ref();
    this.#child.channel?.ref();
    const work = this.#make(call, { ...file, call: sent(call), caller, server: process.pid });
    this.#work = work.catch(() => undefined);
    return work;
  }

  /** Does not keep the server running until then. */
  endAfter(milliseconds: number): void {
    this.#child.unref();
    this.#child.channel?.unref();
    this.#idle = setTimeout(() => this.#end(), milliseconds).unref();
  }

  /** Gives up a call that takes longer. */
  async close(): Promise<void> {
    const patience = setTimeout(() => this.#giveUp('stopped'), MAX_CLOSE_MS);
    await this.#work;
    clearTimeout(patience);
    this.#end();
    await this.#ended;
  }

  async #make(call: Call, question: Question): Promise<Answer | Failure> {
    const since = performance.now();
    const look = setInterval(() => {
      if (call.isAbandoned?.() === true) this.#giveUp('abandoned');
      else if (performance.now() - since > MAX_CALL_MS) this.#giveUp('time');
    }, LOOK_MS);
    let listen: (answer: Answer) => void = () => undefined;
    const answered = new Promise<Answer>((done) => (listen = done));
    this.#child.once('message', listen);
    this.#child.send(question, () => undefined);
    const answer = await Promise.race([answered, this.#ended]);
    clearInterval(look);
    this.#child.off('message', listen);
    return answer ?? this.#failure;
  }

  #giveUp(kind: Failure['kind']): void {
    this.#failure = { kind };
    this.#end('SIGKILL');
  }

  #end(signal?: 'SIGKILL'): void {
    this.isUsable = false;
    if (signal !== undefined) this.#child.kill(signal);
    else if (this.#child.connected) this.#child.disconnect();
  }
}

/** Without what another process cannot have. */
function sent({ command, api, args, dryRun, origin, warnings, readsLongLists }: Call): Question['call'] {
  const optional = Object.entries({ api, origin, warnings, readsLongLists });
  return {
    command,
    args,
    dryRun,
    ...Object.fromEntries(optional.filter(([, value]) => value !== undefined)),
  };
}
