// The locks of files, in suites whose installations no other process has: a queue does here what a process of flock(1)
// would do. Starting one for each change would take a tenth of the processor time of `npm test`.
import { constants, realpathSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { lockFile as lockAmongProcesses } from '../../src/machine/linux/lock.ts';

const alone = /\/tests\/(?:functions|uapi|contract|capabilities|core|http)\//;

/** The ends of the last locks, by the real path of the file. */
const ends = new Map<string, Promise<void>>();

export async function lockFile(path: string): Promise<FileHandle> {
  if (!alone.test(expect.getState().testPath ?? '')) return lockAmongProcesses(path);
  const file = await open(path, constants.O_RDONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  const place = realpathSync(path);
  const before = ends.get(place);
  const close = file.close.bind(file);
  const mine = new Promise<void>((end) => {
    file.close = () => close().finally(end);
  });
  ends.set(place, mine);
  await before;
  return file;
}
