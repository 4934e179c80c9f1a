// Whether anything holds accounts to their disk limits.
import type { Host } from '../core/context.ts';
import type { Settings } from './settings.ts';

/** Says so where an account gets a disk limit that nothing enforces. */
export async function warnOfQuota(
  { host, warn }: { readonly host: Host; readonly warn: (sentence: string) => void },
  { diskLimit }: Pick<Settings, 'diskLimit'>,
): Promise<void> {
  if (diskLimit === null || (await (await host.quota()).isEnabled())) return;
  warn('The disk limit is recorded, but nothing enforces it: the file system of the homes has no quotas on.');
}
