// Files of a daemon that somebody has changed since the daemon read them. A check of a whole configuration takes long on a
// server with many accounts, so it is made only if there are such files.
import type { MachineFiles } from '../../core/machine-daemons.ts';

export async function isAnyNewer(
  files: Pick<MachineFiles, 'facts'>,
  paths: readonly string[],
  sinceMs: number,
): Promise<boolean> {
  for (const path of paths) {
    const { kind, modifiedAt = 0 } = (await files.facts(path)) ?? {};
    if (kind === 'file' && modifiedAt > sinceMs) return true;
  }
  return false;
}
