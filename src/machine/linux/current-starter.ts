// What starts the tools of this process instead of it: a server has a small process for them (`tool-starter.ts`).
import type { Lock } from './lock.ts';
import type { StartTool } from './tool.ts';

export interface Starter {
  readonly start: StartTool;
  /** Takes the lock of a file, as `withLock` does. */
  readonly lock: (path: string) => Promise<Lock>;
}

let find: () => Starter | undefined = () => undefined;

export function setStarter(newFind: () => Starter | undefined): void {
  find = newFind;
}

/** Called for each tool. Undefined: this process starts it itself. */
export const starter = (): Starter | undefined => find();
