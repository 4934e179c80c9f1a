// Detects when the machine is used while a transaction of the same call is open, because other calls would wait for the
// store during that time. Every installation of the tests is watched.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine, Store, Work } from '../../src/core/engine.ts';
import type { Db } from '../../src/core/context.ts';

const openTransaction = new AsyncLocalStorage<'reads' | 'changes'>();
let openTransactions = 0;

async function inTransaction<T>(effect: 'reads' | 'changes', work: () => Promise<T>): Promise<T> {
  openTransactions++;
  try {
    return await openTransaction.run(effect, work);
  } finally {
    openTransactions--;
    // Node 20 would look at it for each promise of the process, in the test files that follow too.
    if (openTransactions === 0) openTransaction.disable();
  }
}

/** The store. Its transactions are remembered while their work runs. */
export function watchedStore(store: Store): Store {
  return {
    ...store,
    transaction: <T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>) =>
      store.transaction(effect, (db, nested) => inTransaction(effect, () => work(db, nested))),
  };
}

/**
 * The machine, which fails if it is used within a transaction. `system` is allowed, because the kernel responds at
 * once.
 */
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

/** A part that was loaded before the transaction began fails too. */
function guarded<T extends object>(capability: T, refuse: () => void): T {
  return new Proxy(capability, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      // A spy that a test has installed is returned unchanged.
      if (typeof method !== 'function' || 'mock' in method) return method;
      return (...args: unknown[]) => {
        refuse();
        return (method as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}
