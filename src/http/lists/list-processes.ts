// Makes calls whose lists can be long in processes of their own, so that no other call waits for a query, a filter or a
// sort of many records. If one of them takes too much memory or time, only this call fails.
import type { Call, Caller } from '../../core/context.ts';
import type { MadeBeside } from '../../core/engine.ts';
import { ApiError } from '../../core/errors.ts';
import { Turns } from '../../core/turns.ts';
import { isFull } from './full.ts';
import { ListFile } from './list-file.ts';
import { ListProcess } from './list-process.ts';

/** A process keeps 60 MiB, so it ends after this time without a call. */
const IDLE_MS = 20_000;
const TURNS = { running: 2, runningPerCaller: 1, waitingPerCaller: 20 };
/** Long lists that clients are reading, and the bytes of each. */
const MAX_FILES = 8;
const MAX_FILES_PER_CALLER = 2;
const MAX_BYTES = 512 * 1024 * 1024;

export class ListProcesses {
  readonly #script: string;
  readonly #directory: () => string;
  readonly #turns = new Turns(TURNS);
  readonly #idle: ListProcess[] = [];
  readonly #all = new Set<ListProcess>();
  readonly #files = new Map<string, number>();
  #isClosed = false;

  /** @param script runs the built `start.ts`. @param directory where the lists are, which only its owner can open. */
  constructor(script: string, directory: () => string) {
    this.#script = script;
    this.#directory = directory;
  }

  /** @throws ApiError `busy`, `limit_reached`. */
  readonly make = async (call: Call, caller: Caller): Promise<MadeBeside | undefined> => {
    const made = await this.#turns.run(nameOf(caller), async () => ({
      value: await this.#make(call, caller),
    }));
    if (made === undefined) throw busy('Too many of your lists are being read.');
    return made.value;
  };

  /** Lets the calls in progress finish, if they do soon. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#all].map((one) => one.close()));
  }

  async #make(call: Call, caller: Caller): Promise<MadeBeside | undefined> {
    if (this.#isClosed) throw busy('The server is being stopped.');
    // Its client has left while it waited.
    if (call.isAbandoned?.() === true) throw REFUSALS.abandoned();
    const file = this.#open(nameOf(caller));
    let isKept = false;
    try {
      const one = this.#idle.pop() ?? this.#start();
      const given = file instanceof ListFile ? file.descriptor : undefined;
      const answer = await one.make(call, caller, { file: given, most: MAX_BYTES });
      if (one.isUsable) {
        this.#idle.push(one);
        one.endAfter(IDLE_MS);
      }
      if (answer.kind === 'left') return undefined;
      if (answer.kind === 'failed') throw new Error(answer.problem);
      if (answer.kind === 'full' && file === 'many') throw busy('Too many long lists are being read.');
      if (answer.kind !== 'made') throw REFUSALS[answer.kind]();
      const { envelope, batches, lengths } = answer;
      isKept = lengths.length > 0;
      if (isKept && file instanceof ListFile) return { envelope, longList: file.list(lengths) };
      if (batches.length === 0) return { envelope };
      return { envelope, longList: { batches, preview: () => batches, close: () => undefined } };
    } finally {
      if (!isKept && file instanceof ListFile) file.close();
    }
  }

  /** What somebody reads slowly is kept, so nobody may have all files, and root has some of its own. */
  #open(caller: string): ListFile | 'many' | 'full' {
    const own = this.#files.get(caller) ?? 0;
    const all = [...this.#files.values()].reduce((sum, count) => sum + count, 0);
    if (own >= MAX_FILES_PER_CALLER || (all >= MAX_FILES && caller !== 'root')) return 'many';
    const count = (change: 1 | -1) => this.#files.set(caller, (this.#files.get(caller) ?? 0) + change);
    try {
      const file = new ListFile(this.#directory(), () => count(-1));
      count(1);
      return file;
    } catch (error) {
      if (isFull(error)) return 'full';
      throw error;
    }
  }

  #start(): ListProcess {
    const one: ListProcess = new ListProcess(this.#script, () => {
      this.#all.delete(one);
      const at = this.#idle.indexOf(one);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#all.add(one);
    return one;
  }
}

const nameOf = (caller: Caller) => caller.actor ?? caller.user;
const busy = (sentence: string) => new ApiError('busy', `${sentence} Retry the call later.`);
const SHORTER = 'Request it in pages (api.chunk), or fewer records (api.filter).';
const REFUSALS = {
  long: () => new ApiError('limit_reached', `The list is too long to be read as a whole. ${SHORTER}`),
  full: () => new ApiError('limit_reached', `The server’s disk has no room for this long list. ${SHORTER}`),
  memory: () => new ApiError('limit_reached', `The list needs too much memory. ${SHORTER}`),
  time: () => new ApiError('limit_reached', `The list takes too long. ${SHORTER}`),
  stopped: () => busy('The server is being stopped.'),
  abandoned: () => new ApiError('limit_reached', 'The client has disconnected.'),
};
