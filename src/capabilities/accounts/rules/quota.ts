// Says whether the machine enforces the disk limits of accounts.
import type { FreeContext } from '../../../core/context.ts';
import type { Settings } from './packages/settings.ts';

/** For `look`: whether the machine enforces disk limits. */
export async function isQuotaEnabled({ machine }: Pick<FreeContext, 'machine'>): Promise<boolean> {
  return (await machine.quota()).isEnabled();
}

/** Warns if an account gets a disk limit that is not enforced. */
export function warnOfQuota(
  { warn }: { readonly warn: (sentence: string) => void },
  isEnabled: boolean,
  { diskLimit }: Pick<Settings, 'diskLimit'>,
): void {
  if (diskLimit === null || isEnabled) return;
  warn(
    'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.',
  );
}
