// Work that takes about as long for several items as for one, such as starting a daemon’s own checker. Items that arrive
// while a batch runs share the next one.

interface Waiting {
  readonly item: unknown;
  readonly done: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

export class Batches {
  readonly #queues = new Map<string, Waiting[]>();

  /**
   * Runs `work` with this item and all others of the key that wait. @returns the result of this item. If the work fails,
   * it fails for all of them.
   * @param work the same for all items of a key. Returns a result for each item, in their order.
   */
  run<Item, Result>(
    key: string,
    item: Item,
    work: (items: readonly Item[]) => Promise<readonly Result[]>,
  ): Promise<Result> {
    return new Promise<Result>((done, fail) => {
      const waiting = { item, done: done as (result: unknown) => void, fail };
      const queue = this.#queues.get(key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      this.#queues.set(key, [waiting]);
      void this.#work(key, work as (items: readonly unknown[]) => Promise<readonly unknown[]>);
    });
  }

  async #work(key: string, work: (items: readonly unknown[]) => Promise<readonly unknown[]>): Promise<void> {
    const queue = this.#queues.get(key) ?? [];
    while (queue.length > 0) {
      const batch = queue.splice(0);
      try {
        const results = await work(batch.map(({ item }) => item));
        batch.forEach(({ done }, at) => done(results[at]));
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
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
