// Stores the progress of a task at most once a second, because each change of the store empties the caches of servers.

const INTERVAL_MS = 1_000;
const MAX_ACTIVITY_LENGTH = 200;

export interface Progress {
  readonly progress: number;
  readonly activity: string;
}

export class ProgressReports {
  readonly #store: (progress: Progress) => Promise<void>;
  #latest: Progress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();
  #last = -Infinity;

  /** `store` must not reject. */
  constructor(store: (progress: Progress) => Promise<void>) {
    this.#store = store;
  }

  /** @throws TypeError if `percent` is not a number. */
  add(percent: number, activity: string): void {
    if (Number.isNaN(percent)) throw new TypeError('The progress of a task is a number from 0 to 100.');
    this.#latest = {
      progress: Math.min(100, Math.max(0, Math.floor(percent))),
      activity: activity.slice(0, MAX_ACTIVITY_LENGTH).toWellFormed(),
    };
    this.#timer ??= setTimeout(
      () => this.#flush(),
      Math.max(0, this.#last + INTERVAL_MS - performance.now()),
    );
  }

  /** Resolves once all reports are stored. No reports may follow. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#flush();
    await this.#storing;
  }

  #flush(): void {
    this.#timer = undefined;
    const latest = this.#latest;
    if (latest === undefined) return;
    this.#latest = undefined;
    this.#last = performance.now();
    this.#storing = this.#storing.then(() => this.#store(latest));
  }
}
