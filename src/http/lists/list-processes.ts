// Makes calls whose lists can be long in processes of their own, so that no other call waits for a query, a filter or a
// sort of many records. If one of them takes too much memory or time, only this call fails.
import type { Call, Caller } from '../../core/context.ts';
import type { MadeBeside } from '../../core/engine.ts';
import { ApiError } from '../../core/errors.ts';
import { Turns } from '../../core/turns.ts';
import { ListFile } from './list-file.ts';
import { ListProcess } from './list-process.ts';

/** A process keeps 60 MiB, so it ends after this time without a call. */
const IDLE_MS = 20_000;
const TURNS = { running: 2, runningPerCaller: 1, waitingPerCaller: 20 };
/** Long lists that clients are reading, and the bytes of each. */
const MAX_FILES = 8;
const MAX_BYTES = 512 * 1024 * 1024;

export class ListProcesses {
  readonly #script: string;
  readonly #directory: () => string;
  readonly #turns = new Turns(TURNS);
  readonly #idle: ListProcess[] = [];
  readonly #all = new Set<ListProcess>();
  #files = 0;

  /** @param script runs the built `start.ts`. @param directory where the lists are, which only its owner can open. */
  constructor(script: string, directory: () => string) {
    this.#script = script;
    this.#directory = directory;
  }

  /** @throws ApiError `busy`, `limit_reached`. */
  readonly make = async (call: Call, caller: Caller): Promise<MadeBeside | undefined> => {
    const made = await this.#turns.run(caller.actor ?? caller.user, async () => ({
      value: await this.#make(call, caller),
    }));
    if (made === undefined) throw busy('Too many of your lists are being read.');
    return made.value;
  };

  /** Lets the calls in progress finish. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((one) => one.close()));
  }

  async #make(call: Call, caller: Caller): Promise<MadeBeside | undefined> {
    if (this.#files >= MAX_FILES) throw busy('Too many long lists are being read.');
    this.#files += 1;
    const file = new ListFile(this.#directory(), () => (this.#files -= 1));
    let isKept = false;
    const one = this.#idle.pop() ?? this.#start();
    try {
      const answer = await one.make(call, caller, { file: file.descriptor, most: MAX_BYTES });
      if (answer.kind === 'left') return undefined;
      if (answer.kind !== 'made') throw REFUSALS[answer.kind]();
      const { envelope, lengths } = answer;
      isKept = lengths.length > 0;
      return isKept ? { envelope, longList: file.list(lengths) } : { envelope };
    } finally {
      if (!isKept) file.close();
      if (one.isUsable) {
        this.#idle.push(one);
        one.endAfter(IDLE_MS);
      }
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

const busy = (sentence: string) => new ApiError('busy', `${sentence} Retry the call later.`);
const SHORTER = 'Request it in pages (api.chunk), or fewer records (api.filter).';
const REFUSALS = {
  long: () => new ApiError('limit_reached', `The list is too long to be read as a whole. ${SHORTER}`),
  full: () => new ApiError('limit_reached', `The server’s disk has no room for this long list. ${SHORTER}`),
  memory: () => new ApiError('limit_reached', `The list needs too much memory. ${SHORTER}`),
  time: () => new ApiError('limit_reached', `The list takes too long. ${SHORTER}`),
  abandoned: () => new ApiError('limit_reached', 'The client has disconnected.'),
};
