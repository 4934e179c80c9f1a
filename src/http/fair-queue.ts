// Limits expensive work to a number of slots per key (an address) and in total. Keys take turns, so that one key with a
// long queue does not delay the others.

export interface Slots {
  readonly perKey: number;
  readonly total: number;
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

  /**
   * Takes a slot, or waits for one. Returns undefined if there was a free one, so that the usual case costs no promise.
   * Every `enter` needs one `leave`.
   */
  enter(key: string): Promise<void> | undefined {
    if (this.#isFree(key)) {
      this.#take(key);
      return undefined;
    }
    return new Promise((begin) => {
      const line = this.#waiting.get(key);
      if (line === undefined) this.#waiting.set(key, [begin]);
      else line.push(begin);
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
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = this.enter(key);
    if (turn !== undefined) await turn;
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

  #admitNext(): void {
    for (const [key, line] of this.#waiting) {
      if (!this.#isFree(key)) continue;
      const begin = line.shift();
      // The key moves to the end of the queue.
      this.#waiting.delete(key);
      if (line.length > 0) this.#waiting.set(key, line);
      if (begin === undefined) continue;
      this.#take(key);
      begin();
      return;
    }
  }
}
