// The lock that the current work holds, so that each tool it starts inherits the lock.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { StartTool } from './tool.ts';

export interface Lock {
  /** Starts a tool that inherits the lock. */
  readonly start: StartTool;
  /** @throws MachineError if the lock was lost meanwhile. */
  readonly release: () => Promise<void>;
}

/** Starts a tool that inherits the lock. Undefined outside `withLock`. */
export const heldLock = new AsyncLocalStorage<StartTool>();
