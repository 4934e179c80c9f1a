// Reloads of daemons. Changes of one process that wait for the same reload share it. Their files are put in place right
// before it, so that no reload sees half of a change, or a change that it is not responsible for.
import { isOnlyUnread, UNCHANGED } from '../../core/machine-error.ts';
import { realTiming, restAfter, type Timing } from '../../core/timing.ts';
import { LaterReloads, type LaterReload } from './later-reloads.ts';

/** At most one reload of the same key begins in this time. */
const INTERVAL_MS = 20;

/**
 * How long the later reloads rest, in times of their duration. Those of websites take a fifth of the time at most. Those of
 * zones take a tenth, because one of them is short and serves few new zones.
 */
const RESTS: Readonly<Record<LaterKind, number>> = { websites: 4, zones: 9 };

/** Does the work while no other process, and no other part of this one, does work of the same kind. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface ReloadRequest {
  /** Requests of the same key share a reload: `bind configuration`. */
  readonly key: string;
  /**
   * For a daemon that ends if a file is removed while it reads its configuration. The files are put in place, and the
   * daemon reads them, within it. Requests of the same key have the same one.
   */
  readonly exclusively?: Exclusively;
  /** The reload itself. One of the requests that share it runs it for all of them. */
  readonly run: Run;
  /** Puts the files of this request in place, before the reload. */
  readonly swap: () => Promise<void>;
  /** True if this change is to blame for a failed reload. */
  readonly isBlamed: (error: unknown) => boolean;
  /** True if the reload failed because the daemon is not running. After the undo, it is then not reloaded. */
  readonly isDown: (error: unknown) => boolean;
  /** Undoes this change after a failed swap or reload, before the next reload. */
  readonly rollBack: () => Promise<void>;
  /** It waits while the last reload rests, so that more requests share it. */
  readonly isPatient?: true;
  /** Later reloads of websites of lower orders are run before it. */
  readonly order?: number;
  /** Nobody waits for the reload, but only until the files are in place. */
  readonly later?: Later;
  /** It is enough that the reload has begun, if this process goes on until it is over. */
  readonly isBegunEnough?: true;
}

/** @param begun called once the daemon does nothing any more by its former files, and has not read the others yet. */
type Run = (begun: () => void) => Promise<void>;

/** `begun`: the daemon may still be reading its files. */
export type Reloaded = 'over' | 'begun';

/** Later reloads of one kind run one after the other. Those of different kinds do not wait for each other. */
export type LaterKind = 'websites' | 'zones';

export type Later = Omit<LaterReload, 'key' | 'run'> & { readonly kind: LaterKind };

interface Waiting extends ReloadRequest {
  isSwapped: boolean;
  /** True once the request has returned. What happens later is not its failure. */
  hasReturned: boolean;
  readonly done: (reloaded: Reloaded) => void;
  readonly fail: (error: unknown) => void;
}

/** About the last reload of a key. */
interface Last {
  readonly startedAt: number;
  /** When the next one begins if all of its requests are patient. */
  readonly patientAt: number;
}

const NEVER: Last = { startedAt: -Infinity, patientAt: -Infinity };

export class Reloads {
  readonly #queues = new Map<string, Waiting[]>();
  readonly #counts = new Map<string, number>();
  readonly #last = new Map<string, Last>();
  readonly #timing: Timing;
  readonly #later: Readonly<Record<LaterKind, LaterReloads>>;
  #outlivesCalls = false;

  constructor(timing: Timing = realTiming) {
    this.#timing = timing;
    const later = (kind: LaterKind) => new LaterReloads(timing, RESTS[kind]);
    this.#later = { websites: later('websites'), zones: later('zones') };
  }

  /**
   * For a process that outlives its calls, such as a server: a call does not wait until a later reload is requested, nor
   * until one is over that has only to begin. A task reports if one fails.
   */
  outliveCalls(): void {
    this.#outlivesCalls = true;
    for (const reloads of Object.values(this.#later)) reloads.outliveCalls();
  }

  /** Returns once the later reloads of earlier requests are over. They may have failed. */
  async laterOnesAreOver(kind: LaterKind = 'websites'): Promise<void> {
    await this.#later[kind].areOver();
  }

  /** How many reloads of this key have begun. */
  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /**
   * @throws the error of the swap or the reload, after the change is undone. If a reload fails, the changes that are to
   * blame are undone, and the others get another reload. If no change is to blame, all of them are undone.
   */
  async request(request: ReloadRequest): Promise<Reloaded> {
    const { later, order } = request;
    if (later !== undefined) return this.#requestLater(request, later);
    if (order !== undefined) await this.#later.websites.runBelow(order);
    return this.#enqueue(request);
  }

  async #requestLater(request: ReloadRequest, { kind, ...later }: Later): Promise<Reloaded> {
    const { key, run, isDown, exclusively = atOnce } = request;
    try {
      // New files can be put in place while the daemon reads the others.
      await request.swap();
      const shared = {
        key,
        run,
        isDown,
        exclusively,
        swap: nothing,
        isBlamed: () => false,
        rollBack: nothing,
      };
      const reload = async () => void (await this.#enqueue(shared));
      await this.#later[kind].add({ ...later, key, run: reload });
      return 'over';
    } catch (error) {
      const undo = () => takeBack(request, error);
      // Others may hold the lock for too long.
      throw await exclusively(undo).catch(undo);
    }
  }

  #enqueue(request: ReloadRequest): Promise<Reloaded> {
    return new Promise((done, fail) => {
      const waiting = { ...request, done, fail, isSwapped: false, hasReturned: false };
      const queue = this.#queues.get(request.key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      this.#queues.set(request.key, [waiting]);
      void this.#work(request.key);
    });
  }

  async #work(key: string): Promise<void> {
    const queue = this.#queues.get(key) ?? [];
    while (queue.length > 0) {
      // The pause is before the reload, so that new requests share it, and a process without more work ends at once.
      await this.#pauseBefore(key, queue);
      const startedAt = this.#timing.now();
      const shared = queue.splice(0);
      queue.unshift(...(await this.#share(key, shared)));
      const endedAt = this.#timing.now();
      const patientAt = endedAt + restAfter(endedAt - startedAt, shared.length);
      this.#last.set(key, { startedAt, patientAt });
    }
    this.#queues.delete(key);
  }

  async #pauseBefore(key: string, queue: readonly Waiting[]): Promise<void> {
    const { startedAt, patientAt } = this.#last.get(key) ?? NEVER;
    const soonest = startedAt + INTERVAL_MS;
    const patient = Math.max(soonest, patientAt);
    await this.#timing.pause(Math.max(0, soonest - this.#timing.now()));
    // One that is not patient takes the others with it.
    while (queue.every(({ isPatient }) => isPatient === true) && this.#timing.now() < patient)
      await this.#timing.pause(Math.min(INTERVAL_MS, patient - this.#timing.now()));
  }

  /** @returns the requests that need another reload. */
  async #share(key: string, batch: readonly Waiting[]): Promise<Waiting[]> {
    const exclusively = batch[0]?.exclusively ?? atOnce;
    let others: Waiting[] | undefined;
    try {
      await exclusively(async () => {
        others = await this.#shareNow(key, batch);
      });
    } catch (error) {
      // Others hold the lock for too long. If it was lost at the end, the work is done nevertheless.
      if (others === undefined) for (const one of batch) one.fail(await takeBack(one, error));
    }
    return others ?? [];
  }

  async #shareNow(key: string, batch: readonly Waiting[]): Promise<Waiting[]> {
    await Promise.all(batch.map(swap));
    const shared = batch.filter(({ isSwapped }) => isSwapped);
    if (shared.length === 0) return [];
    try {
      await this.#run(key, shared);
      for (const { done } of shared) done('over');
      return [];
    } catch (error) {
      const left = shared.filter(({ hasReturned }) => !hasReturned);
      const blamed = left.filter(({ isBlamed }) => isBlamed(error));
      const failed = blamed.length === 0 ? left : blamed;
      const others = left.filter((one) => !failed.includes(one));
      const reasons = await Promise.all(failed.map((one) => takeBack(one, error)));
      // The daemon might have applied a part, so it is reloaded again. If this fails too, `undo` reports it. Other
      // requests get their own reload, which has the same effect.
      if (failed.length > 0 && others.length === 0 && !shared.some(({ isDown }) => isDown(error)))
        await this.#run(key, shared).catch(() => undefined);
      failed.forEach(({ fail }, at) => fail(reasons[at]));
      return others;
    }
  }

  async #run(key: string, shared: readonly Waiting[]): Promise<void> {
    this.#counts.set(key, this.count(key) + 1);
    await shared[0]?.run(() => {
      if (this.#outlivesCalls) shared.filter((one) => one.isBegunEnough === true).forEach(returnNow);
    });
  }
}

function returnNow(waiting: Waiting): void {
  waiting.hasReturned = true;
  waiting.done('begun');
}

/** If the swap fails, the request is rejected at once. */
async function swap(waiting: Waiting): Promise<void> {
  if (waiting.isSwapped) return;
  try {
    await waiting.swap();
    waiting.isSwapped = true;
  } catch (error) {
    waiting.fail(await takeBack(waiting, error));
  }
}

const nothing = () => Promise.resolve();
const atOnce: Exclusively = (work) => work();

/** Undoes the change. @returns the reason of the failure. */
async function takeBack({ rollBack }: Pick<ReloadRequest, 'rollBack'>, reason: unknown): Promise<unknown> {
  if (isOnlyUnread(reason)) return reason;
  try {
    await rollBack();
    return reason;
  } catch (problem) {
    return new RollBackError(reason, problem);
  }
}

/** A change failed and could not be undone. */
export class RollBackError extends Error {
  override readonly name = 'RollBackError';

  constructor(cause: unknown, problem: unknown) {
    super(`${text(cause)} The former files could not be restored: ${text(problem)}`, { cause });
  }
}

function text(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(UNCHANGED, '');
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

const byMachine = new WeakMap<object, Reloads>();

/** Returns the reloads of one machine. Two machines in one process, as in tests, share nothing. */
export function reloadsOf(machine: object): Reloads {
  let reloads = byMachine.get(machine);
  if (reloads === undefined) {
    reloads = new Reloads();
    byMachine.set(machine, reloads);
  }
  return reloads;
}
