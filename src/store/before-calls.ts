// Knows for which state of the store the calls of a function have nothing to do before they begin: no operation is
// unfinished, and no script hook is enabled for the function. Calls that arrive together then look once.
import type { OpenStore } from './open-store.ts';

export class BeforeCalls {
  readonly #store: OpenStore;
  /** The version of the store in which this was found for some functions. */
  #version: string | undefined;
  readonly #functions = new Set<string>();

  constructor(store: OpenStore) {
    this.#store = store;
  }

  /** True if that was found for the function, and nothing was stored since, by whichever process. */
  hasNothing(name: string): boolean {
    return this.#functions.has(name) && this.#version === this.#store.stateNow?.();
  }

  /** To be called in the transaction in which it was found. */
  noteNothing(name: string): void {
    const version = this.#store.version?.();
    if (this.#version !== version) this.#functions.clear();
    this.#version = version;
    if (version !== undefined) this.#functions.add(name);
  }
}
