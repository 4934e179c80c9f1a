// The hosts of common mail providers, as DNS has them now.
import type { FreeContext } from '../../../../core/context.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { networksAllowedBy, UnusableSpf } from '../authentication/spf-networks.ts';
import { SpfSyntaxError } from '../authentication/spf-syntax.ts';
import { isProvider, NEW_PROVIDER, PROVIDERS, readProviders, type ProviderKey } from './providers.ts';

export type LookedHosts = ReadonlyMap<ProviderKey, readonly string[] | { readonly error: string }>;

type LookContext = Pick<FreeContext, 'machine' | 'transaction'>;

/** The hosts of those providers whose hosts are not stored yet. */
export async function lookAtUnknownHosts(
  context: LookContext,
  keys: readonly string[],
): Promise<LookedHosts> {
  const stored = await context.transaction('reads', readProviders);
  return lookAtHosts(
    context,
    keys.filter(isProvider).filter((key) => (stored.get(key) ?? NEW_PROVIDER).hosts.length === 0),
  );
}

export async function lookAtHosts(context: LookContext, keys: readonly ProviderKey[]): Promise<LookedHosts> {
  if (keys.length === 0) return new Map();
  const resolver = await context.machine.resolver();
  const look = async (key: ProviderKey) => {
    try {
      return await networksAllowedBy(resolver, PROVIDERS[key].domain);
    } catch (error) {
      const isExpected =
        error instanceof MachineError || error instanceof UnusableSpf || error instanceof SpfSyntaxError;
      if (!isExpected) throw error;
      return { error: error.message };
    }
  };
  const found = new Map<ProviderKey, readonly string[] | { readonly error: string }>();
  for (const key of new Set(keys)) found.set(key, await look(key));
  return found;
}
