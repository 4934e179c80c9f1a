// Notices when the machine is asked while a transaction of the same call is open: then others wait for the store as long as
// the machine takes. Every installation of the tests is watched.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine, Store, Work } from '../../src/core/engine.ts';
import type { Db } from '../../src/core/context.ts';

const openTransaction = new AsyncLocalStorage<'reads' | 'changes'>();

/** The store, whose transactions are remembered as long as their work goes on. */
export function watchedStore(store: Store): Store {
  return {
    ...store,
    transaction: <T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>) =>
      store.transaction(effect, (db, nested) => openTransaction.run(effect, () => work(db, nested))),
  };
}

/** The machine, which refuses to be asked within a transaction. `system` answers at once, from the kernel. */
export function watchedMachine(machine: Engine['machine'], isAllowed: () => boolean): Engine['machine'] {
  return new Proxy(machine, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name);
      if (name === 'system' || typeof part !== 'function') return part;
      return async (...args: unknown[]) => {
        const refuse = () => {
          if (openTransaction.getStore() === undefined || isAllowed()) return;
          throw new Error(`The machine (${String(name)}) was asked while a transaction was open.`);
        };
        refuse();
        const capability = await (part as (...given: unknown[]) => Promise<unknown>).apply(target, args);
        return typeof capability === 'object' && capability !== null
          ? guarded(capability, refuse)
          : capability;
      };
    },
  });
}

/** One that was loaded before the transaction began is refused as well. */
function guarded<T extends object>(capability: T, refuse: () => void): T {
  return new Proxy(capability, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      // A spy that a test has put there is handed out as it is.
      if (typeof method !== 'function' || 'mock' in method) return method;
      return (...args: unknown[]) => {
        refuse();
        return (method as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}
