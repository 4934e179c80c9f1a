// Two parts of the program that run at the same time, in an order that the test decides.
import type { Envelope } from '../../src/core/envelope.ts';
import type { Engine } from '../../src/core/engine.ts';
import type { Installation } from './installation.ts';

interface Held {
  readonly engine: Engine;
  /** Resolves once they are wanted. */
  readonly reached: Promise<void>;
  readonly release: () => void;
}

/** An engine that cannot use the files of a directory, from when on `begins` says so, until `release` is called. */
export function holdFiles(engine: Engine, directory: string, begins = () => true): Held {
  const reached = promised();
  const released = promised();
  const machine = new Proxy(engine.machine, {
    get(target, name) {
      if (name !== 'files') return Reflect.get(target, name) as unknown;
      return async (directories: readonly string[]) => {
        if (directories.includes(directory) && begins()) {
          reached.resolve();
          await released.promise;
        }
        return target.files(directories);
      };
    },
  });
  return { engine: { ...engine, machine }, reached: reached.promise, release: released.resolve };
}

/** An engine whose calls of a function begin once `release` is called. */
export function holdCall(engine: Engine, command: string): Held {
  const reached = promised();
  const released = promised();
  const find = async (name: string) => {
    if (name === command) {
      reached.resolve();
      await released.promise;
    }
    return engine.find(name);
  };
  return { engine: { ...engine, find }, reached: reached.promise, release: released.resolve };
}

/**
 * Makes a call. Resolves once it has ended, or waits for a lock.
 * @returns its end.
 */
export async function callUntilItWaits(
  here: Installation,
  ...call: Parameters<Installation['call']>
): Promise<{ readonly end: Promise<Envelope> }> {
  const waits = whenItWaits(here);
  const end = here.call(...call);
  await Promise.race([end, waits]);
  return { end };
}

/** Resolves once a part of the program that gets the engine from now on waits for a lock. */
export function whenItWaits(here: Installation): Promise<void> {
  const waits = promised();
  const { journal } = here.engine;
  here.overrides.journal = {
    ...journal,
    findTaken: async (...about) => {
      const taken = await journal.findTaken(...about);
      if (taken !== undefined) waits.resolve();
      return taken;
    },
  };
  return waits.promise;
}

/** A promise that is resolved from outside. */
function promised(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => undefined as void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
