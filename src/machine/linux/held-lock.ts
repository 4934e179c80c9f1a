// The lock that the current work holds, so that each tool it starts inherits the lock.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { StartTool } from './tool.ts';

export interface Lock {
  /** Starts a tool that inherits the lock. */
  readonly start: StartTool;
  /** @throws MachineError if the lock was lost meanwhile. */
  readonly release: () => Promise<void>;
}

interface Held {
  /** Undefined once the work has ended. What still runs then must not inherit the lock. */
  start: StartTool | undefined;
}

const held = new AsyncLocalStorage<Held>();
/** How many parts of this process hold a lock. */
let holders = 0;

/** Starts a tool that inherits the lock. Undefined if the current work holds none. */
export function startUnderLock(): StartTool | undefined {
  return held.getStore()?.start;
}

/** Does the work, whose tools `start` starts. */
export async function holding<T>(start: StartTool, work: () => Promise<T>): Promise<T> {
  const mine: Held = { start };
  holders++;
  try {
    return await held.run(mine, work);
  } finally {
    mine.start = undefined;
    holders--;
    // In Node 20, each promise of the whole process takes longer from the first run on, until this.
    if (holders === 0) held.disable();
  }
}
