// The programs and the thread that a server has for its work. A command does the same work in its own process, or with
// tools that every Debian has.
import { useCountThreads } from './drivers/bandwidth/count-threads.ts';
import { useFileCounter } from './machine/linux/count-files.ts';
import { useNativeHash } from './machine/linux/password-hash.ts';
import { useToolStarter, type StarterPrograms } from './machine/linux/tool-starter.ts';

export interface ServerPrograms {
  /** They start tools while there are many. */
  readonly toolStarter: StarterPrograms;
  /** The compiled `src/password-hash/password-hash.c`. There may be none. */
  readonly passwordHash: string;
  /** The compiled `src/file-count/file-count.c`. There may be none. */
  readonly fileCount: string;
  /** The built `src/drivers/bandwidth/count-thread.ts`. */
  readonly countThread: string;
}

export function useServerPrograms({
  toolStarter,
  passwordHash,
  fileCount,
  countThread,
}: ServerPrograms): void {
  useToolStarter(toolStarter);
  useNativeHash(passwordHash);
  useFileCounter(fileCount);
  useCountThreads(countThread);
}
