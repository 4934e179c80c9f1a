// Lets a limited number of calls run at a time, in the order in which they came.
import { ApiError } from '../../core/errors.ts';

export class Turns {
  readonly #patienceMs: number;
  readonly #reason: string;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** `reason` is the error message for a call that has waited too long. */
  constructor(atOnce: number, patienceMs: number, reason: string) {
    this.#free = atOnce;
    this.#patienceMs = patienceMs;
    this.#reason = reason;
  }

  /** @throws ApiError `store_unavailable` if the wait takes too long. */
  async taking<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#given();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #given(): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(new ApiError('store_unavailable', this.#reason));
      }, this.#patienceMs);
      this.#waiting.push(enter);
    });
  }
}
