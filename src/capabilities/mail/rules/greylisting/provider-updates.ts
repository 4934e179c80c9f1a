// What the daily update makes of the hosts that it finds.
import type { Context, Db } from '../../../../core/context.ts';
import type { LookedHosts } from './provider-lookups.ts';
import {
  NEW_PROVIDER,
  providerKeys,
  readProviders,
  withHosts,
  type ProviderKey,
  type ProviderState,
} from './providers.ts';
import { readAutotrust } from './settings.ts';

/** The providers whose hosts are kept up to date. New ones are. */
export async function keysToUpdate(db: Db): Promise<readonly ProviderKey[]> {
  const stored = await readProviders(db);
  return providerKeys.filter((key) => (stored.get(key) ?? NEW_PROVIDER).isUpdated);
}

/** A provider whose hosts were not found keeps those that it has. */
export async function updatedProviders({ db, now }: Pick<Context, 'db' | 'now'>, looked: LookedHosts) {
  const stored = await readProviders(db);
  const autotrust = await readAutotrust(db);
  const changed: Partial<Record<ProviderKey, ProviderState>> = {};
  const failed: Partial<Record<ProviderKey, string>> = {};
  for (const [key, found] of looked) {
    const state = stored.get(key) ?? { ...NEW_PROVIDER, isTrusted: autotrust };
    if ('error' in found) failed[key] = found.error;
    else if (state.isUpdated) changed[key] = withHosts(state, found, now());
  }
  return { changed, failed };
}
