// Says whether a directory has no directories in it.
import type { MachineUserFiles, UserFile } from '../../../core/machine-user-files.ts';
import { join } from './names.ts';

/** File systems such as btrfs do not count the names of directories. */
const UNCOUNTED = 1;

export async function isLeaf(
  files: Pick<MachineUserFiles, 'list'>,
  directory: string,
  { kind, links, name, isUnnameable }: UserFile,
): Promise<boolean> {
  if (kind !== 'directory' || isUnnameable) return false;
  if (links > UNCOUNTED) return links === UNCOUNTED + 1;
  const list = await files.list(join(directory, name));
  return !list.files.some((one) => one.kind === 'directory');
}
