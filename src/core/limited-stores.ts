// Stores that let a function do no more than it has declared.
import type { Store } from './engine.ts';

/** What a function has that declared to need none. */
export const noStore: Store = {
  transaction: () => Promise.reject(new TypeError('A function whose effect is “none” used the store.')),
};

/** For a look. */
export function readOnly(store: Store): Store {
  return {
    transaction: async (effect, work) => {
      if (effect !== 'reads') throw new TypeError('A look only reads.');
      return store.transaction(effect, work);
    },
  };
}
