// The lock that the current work holds, so that each tool it starts inherits the lock.
import { AsyncLocalStorage } from 'node:async_hooks';

/** The file descriptor of the lock; undefined outside `withLock`. */
export const heldLock = new AsyncLocalStorage<number>();
