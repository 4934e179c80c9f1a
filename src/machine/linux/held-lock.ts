// The lock that the work under way holds, so that each tool it starts can hold it as well.
import { AsyncLocalStorage } from 'node:async_hooks';

/** The file descriptor of the lock; undefined outside `withLock`. */
export const heldLock = new AsyncLocalStorage<number>();
