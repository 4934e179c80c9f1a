import type { Db } from './context.ts';

/** What a function has that declared to need no database. */
export const noDb: Db = {
  get: refuse,
  all: refuse,
  run: refuse,
  get dialect() {
    return refuse();
  },
  get server() {
    return refuse();
  },
};

function refuse(): never {
  throw new TypeError('A function whose effect is “none” or “calls” used the store.');
}
