// Limits how often expensive work runs at the same time in one process.

export interface TurnLimits {
  /** The maximum number of `work` functions that run at once, for all callers together. */
  readonly running: number;
  readonly runningPerCaller: number;
  readonly waitingPerCaller: number;
}

interface Waiting {
  readonly caller: string;
  readonly begin: () => void;
}

export class Turns {
  readonly #limits: TurnLimits;
  readonly #running = new Map<string, number>();
  #waiting: Waiting[] = [];

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` in turn. Waiting work starts in the order in which it was requested, but callers at their own limit are
   * skipped. Returns undefined without running `work` if too much of the caller's work is already waiting.
   */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#mayBegin(caller)) {
      this.#count(caller, 1);
    } else {
      const waiting = this.#waiting.filter((one) => one.caller === caller).length;
      if (waiting >= this.#limits.waitingPerCaller) return undefined;
      await new Promise<void>((begin) => this.#waiting.push({ caller, begin }));
    }
    try {
      return await work();
    } finally {
      this.#count(caller, -1);
      this.#beginNext();
    }
  }

  #mayBegin(caller: string): boolean {
    const all = [...this.#running.values()].reduce((sum, count) => sum + count, 0);
    const { running, runningPerCaller } = this.#limits;
    return all < running && (this.#running.get(caller) ?? 0) < runningPerCaller;
  }

  #count(caller: string, change: 1 | -1): void {
    const count = (this.#running.get(caller) ?? 0) + change;
    if (count === 0) this.#running.delete(caller);
    else this.#running.set(caller, count);
  }

  #beginNext(): void {
    const next = this.#waiting.find(({ caller }) => this.#mayBegin(caller));
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    // Counted here, so that no other work can take this turn before `next` continues.
    this.#count(next.caller, 1);
    next.begin();
  }
}
