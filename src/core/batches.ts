// Work that takes about as long for several items as for one, such as starting a daemon’s own checker. Items that arrive
// while a batch runs share the next one.
import { realTiming, restAfter, type Timing } from './timing.ts';

/** Longer than this, nobody waits for others. */
const MAX_REST_MS = 500;

interface Waiting {
  readonly item: unknown;
  readonly done: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

export interface BatchOptions {
  /** It can wait a moment, so that more items share a batch. */
  readonly isPatient?: boolean;
  /** The most items of a batch. */
  readonly most?: number;
}

export class Batches {
  readonly #queues = new Map<string, Waiting[]>();
  /** When the next batch of a key may begin. */
  readonly #readyAt = new Map<string, number>();
  readonly #timing: Timing;

  constructor(timing: Timing = realTiming) {
    this.#timing = timing;
  }

  /**
   * Runs `work` with this item and all others of the key that wait. @returns the result of this item. If the work fails,
   * it fails for all of them.
   * @param work the same for all items of a key. Returns a result for each item, in their order.
   */
  run<Item, Result>(
    key: string,
    item: Item,
    work: (items: readonly Item[]) => Promise<readonly Result[]>,
    options: BatchOptions = {},
  ): Promise<Result> {
    return new Promise<Result>((done, fail) => {
      const waiting = { item, done: done as (result: unknown) => void, fail };
      const queue = this.#queues.get(key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      this.#queues.set(key, [waiting]);
      void this.#work(key, work as (items: readonly unknown[]) => Promise<readonly unknown[]>, options);
    });
  }

  async #work(
    key: string,
    work: (items: readonly unknown[]) => Promise<readonly unknown[]>,
    { isPatient = false, most = Infinity }: BatchOptions,
  ): Promise<void> {
    const queue = this.#queues.get(key) ?? [];
    while (queue.length > 0) {
      const rest = (this.#readyAt.get(key) ?? 0) - this.#timing.now();
      if (isPatient && rest > 0) await this.#timing.pause(rest);
      const batch = queue.splice(0, most);
      const startedAt = this.#timing.now();
      try {
        const results = await work(batch.map(({ item }) => item));
        batch.forEach(({ done }, at) => done(results[at]));
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
      const endedAt = this.#timing.now();
      this.#readyAt.set(key, endedAt + Math.min(MAX_REST_MS, restAfter(endedAt - startedAt, batch.length)));
    }
    this.#queues.delete(key);
  }
}

/**
 * Checks several items with one run of a checker. If it rejects them, each is checked alone, so that it is known which one
 * is wrong. @param check @throws the reason if it rejects the items.
 * @returns the reason for each item that is rejected, and undefined for the others.
 */
export async function checkTogether<Item>(
  items: readonly Item[],
  check: (items: readonly Item[]) => Promise<void>,
): Promise<readonly unknown[]> {
  const reason = await reasonOf(check(items));
  if (reason === undefined || items.length === 1) return items.map(() => reason);
  const reasons: unknown[] = [];
  for (const item of items) reasons.push(await reasonOf(check([item])));
  return reasons;
}

function reasonOf(checked: Promise<void>): Promise<unknown> {
  return checked.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const byMachine = new WeakMap<object, Batches>();

/** Returns the batches of one machine. Two machines in one process, as in tests, share nothing. */
export function batchesOf(machine: object): Batches {
  let batches = byMachine.get(machine);
  if (batches === undefined) {
    batches = new Batches();
    byMachine.set(machine, batches);
  }
  return batches;
}
