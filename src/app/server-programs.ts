// The programs and the thread that a server has for its work. A command does the same work in its own process, or with
// tools that every Debian has.
import { useCountThreads } from '../capabilities/bandwidth/driver/count-threads.ts';
import { useToolStarter } from '../machine/linux/tool-starter.ts';

export interface ServerPrograms {
  /** The built `src/machine/linux/starter.ts`, which starts tools while there are many. */
  readonly toolStarter: string;
  /** The built `src/capabilities/bandwidth/driver/count-thread.ts`. */
  readonly countThread: string;
}

export function useServerPrograms({ toolStarter, countThread }: ServerPrograms): void {
  useToolStarter(toolStarter);
  useCountThreads(countThread);
}
