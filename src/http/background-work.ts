// What calls leave to be done after them (`FreeContext.later`), a little at a time.
import { MachineError } from '../core/machine-error.ts';

/** The number of pieces that run at the same time. */
const RUNNING = 2;
/** Work beyond this is not added. The next call with the same need adds it again. */
const WAITING = 1000;

type Work = () => Promise<void>;

export class BackgroundWork {
  /** By name, in the order of the calls. Running work stays until it ends. */
  readonly #work = new Map<string, Work>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #onError: (error: unknown) => void;
  #isClosed = false;

  /** `onError` gets the errors of the work, without those of the machine. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  readonly add = (name: string, work: Work): void => {
    if (this.#isClosed || this.#work.size >= WAITING || this.#work.has(name)) return;
    this.#work.set(name, work);
    this.#start();
  };

  /** Waits for the running work. The rest is dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running.values());
  }

  #start(): void {
    for (const [name, work] of this.#work) {
      if (this.#isClosed || this.#running.size >= RUNNING) return;
      if (!this.#running.has(name)) this.#running.set(name, this.#run(name, work));
    }
  }

  async #run(name: string, work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof MachineError)) this.#onError(error);
    }
    this.#work.delete(name);
    this.#running.delete(name);
    this.#start();
  }
}
