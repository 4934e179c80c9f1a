// Where a file goes that is copied, moved or renamed.
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';
import { join, split } from './names.ts';

/** A destination that is a directory gets the file in it, under the same name. */
export async function destinationOf(
  files: Pick<MachineUserFiles, 'stat'>,
  source: string,
  destination: string,
): Promise<string> {
  const target = await files.stat(destination);
  if (target?.kind !== 'directory' && !destination.endsWith('/')) return destination;
  return join(destination, split(`/${source.replace(/\/+$/, '')}`).name);
}

/** A new name without directories is one in the same directory. */
export function beside(source: string, destination: string): string {
  const at = source.replace(/\/+$/, '').lastIndexOf('/');
  return destination.includes('/') || at < 0 ? destination : `${source.slice(0, at)}/${destination}`;
}
