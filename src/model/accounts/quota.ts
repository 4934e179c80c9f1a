// Whether anything holds accounts to their disk limits.
import type { Machine } from '../../core/machine.ts';
import type { Settings } from '../packages/settings.ts';

/** Says so where an account gets a disk limit that nothing enforces. */
export async function warnOfQuota(
  { machine, warn }: { readonly machine: Machine; readonly warn: (sentence: string) => void },
  { diskLimit }: Pick<Settings, 'diskLimit'>,
): Promise<void> {
  if (diskLimit === null || (await (await machine.quota()).isEnabled())) return;
  warn('The disk limit is recorded, but nothing enforces it: the file system of the homes has no quotas on.');
}
