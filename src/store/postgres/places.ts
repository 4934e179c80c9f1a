// So many at a time; whoever comes later waits, in the order of coming, but not for ever.
export class Places {
  #free: number;
  readonly #patienceMs: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number, patienceMs: number) {
    this.#free = count;
    this.#patienceMs = patienceMs;
  }

  /** @throws an error with the code `BUSY` where no place became free in time. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resume, fail) => {
      const enter = () => {
        clearTimeout(timer);
        resume();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(enter);
        fail(Object.assign(new Error('No place became free in time.'), { code: 'BUSY' }));
      }, this.#patienceMs);
      this.#waiting.add(enter);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
