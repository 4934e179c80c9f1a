// Limits expensive work to a number of slots per key (an address) and in total. Keys take turns, so that one key with a
// long queue does not delay the others.

export interface Slots {
  readonly perKey: number;
  readonly total: number;
  /** True if the key comes before the others that wait. */
  readonly isFirst?: (key: string) => boolean;
}

export class FairQueue {
  readonly #slots: Slots;
  readonly #taken = new Map<string, number>();
  #allTaken = 0;
  /** The key whose turn is next comes first. A key without anyone waiting has no entry. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Takes a slot if there is a free one, which needs one `leave` then. The usual case costs no promise. */
  enterNow(key: string): boolean {
    const isFree = this.#isFree(key);
    if (isFree) this.#take(key);
    return isFree;
  }

  /**
   * Takes a slot, or waits for one. Every `enter` needs one `leave`, unless it was rejected: with the reason of the
   * signal, which ends the wait.
   */
  enter(key: string, signal?: AbortSignal): Promise<void> {
    if (this.enterNow(key)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (this.#withdraw(key, begin)) reject(signal?.reason as Error);
      };
      const begin = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const line = this.#waiting.get(key);
      if (line === undefined) this.#waiting.set(key, [begin]);
      else line.push(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Releases the slot and passes it to the next in turn. */
  leave(key: string): void {
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left === 0) this.#taken.delete(key);
    else this.#taken.set(key, left);
    this.#allTaken -= 1;
    if (this.#waiting.size > 0) this.#admitNext();
  }

  /** Does the work in a slot. */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (!this.enterNow(key)) await this.enter(key, signal);
    try {
      return await work();
    } finally {
      this.leave(key);
    }
  }

  #isFree(key: string): boolean {
    return this.#allTaken < this.#slots.total && (this.#taken.get(key) ?? 0) < this.#slots.perKey;
  }

  #take(key: string): void {
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    this.#allTaken += 1;
  }

  #withdraw(key: string, begin: () => void): boolean {
    const line = this.#waiting.get(key);
    const at = line?.indexOf(begin) ?? -1;
    if (line === undefined || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#waiting.delete(key);
    return true;
  }

  #admitNext(): void {
    const next = this.#next();
    if (next === undefined) return;
    const [key, line] = next;
    const begin = line.shift();
    // The key moves to the end of the queue.
    this.#waiting.delete(key);
    if (line.length > 0) this.#waiting.set(key, line);
    if (begin === undefined) return;
    this.#take(key);
    begin();
  }

  #next(): [string, (() => void)[]] | undefined {
    let first: [string, (() => void)[]] | undefined;
    const { isFirst } = this.#slots;
    for (const entry of this.#waiting) {
      if (!this.#isFree(entry[0])) continue;
      if (isFirst === undefined || isFirst(entry[0])) return entry;
      first ??= entry;
    }
    return first;
  }
}
