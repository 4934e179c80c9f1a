// Stores that restrict a function to its declared effect.
import type { Store } from './engine.ts';

/** The store for functions whose effect is `none` or `looks`. */
export const noStore: Store = {
  transaction: () =>
    Promise.reject(new TypeError('A function whose effect is “none” or “looks” used the store.')),
};

/** Returns the store for `look`, which can only read, unless it may store what it measured. */
export function storeOfLook(store: Store, mayStore: boolean): Store {
  if (mayStore) return store;
  return {
    transaction: async (effect, work) => {
      if (effect !== 'reads') throw new TypeError('A look only reads.');
      return store.transaction(effect, work);
    },
  };
}
