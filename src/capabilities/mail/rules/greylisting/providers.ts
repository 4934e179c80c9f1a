// Common mail providers. Their servers always try again, and often from another network, so greylisting only delays them.
// Their hosts are what their own SPF records allow: there is no list of addresses here that could be outdated.
import type { Db } from '../../../../core/context.ts';

interface Provider {
  readonly name: string;
  /** The domain that the provider has its customers include in their SPF records, or its own one. */
  readonly domain: string;
}

export const PROVIDERS = {
  amazon: { name: 'Amazon SES', domain: 'amazonses.com' },
  apple: { name: 'Apple iCloud', domain: 'icloud.com' },
  fastmail: { name: 'Fastmail', domain: 'spf.messagingengine.com' },
  google: { name: 'Google', domain: '_spf.google.com' },
  microsoft: { name: 'Microsoft', domain: 'spf.protection.outlook.com' },
  proton: { name: 'Proton', domain: '_spf.protonmail.ch' },
  yahoo: { name: 'Yahoo', domain: 'yahoo.com' },
} as const satisfies Readonly<Record<string, Provider>>;

export type ProviderKey = keyof typeof PROVIDERS;
export const providerKeys = Object.keys(PROVIDERS) as ProviderKey[];
export const isProvider = (key: string): key is ProviderKey => Object.hasOwn(PROVIDERS, key);

export interface ProviderState {
  readonly isTrusted: boolean;
  /** True: a task looks its hosts up each day. */
  readonly isUpdated: boolean;
  readonly hosts: readonly ProviderHost[];
}

export interface ProviderHost {
  /** An address or a network. */
  readonly host: string;
  /** Milliseconds since 1970-01-01. */
  readonly foundAt: number;
}

/** Those that are not here are new: nobody has set anything for them, and their hosts were not looked up. */
export type Providers = ReadonlyMap<ProviderKey, ProviderState>;

export const NEW_PROVIDER: ProviderState = { isTrusted: false, isUpdated: true, hosts: [] };

export async function readProviders(db: Db): Promise<Providers> {
  const rows = await db.all<{ provider: string; trusted: number; updated: number }>(
    'SELECT provider, is_trusted AS trusted, is_updated AS updated FROM greylist_provider WHERE server = ?',
    db.server,
  );
  const hosts = await db.all<ProviderHost & { provider: string }>(
    `SELECT provider, host, found_at AS "foundAt" FROM greylist_provider_host WHERE server = ? ORDER BY provider, host`,
    db.server,
  );
  // A later version may know fewer providers.
  const known = rows.flatMap(({ provider: key, trusted, updated }) =>
    isProvider(key) ? [{ key, trusted, updated }] : [],
  );
  return new Map(
    known.map(({ key, trusted, updated }) => [
      key,
      {
        isTrusted: trusted === 1,
        isUpdated: updated === 1,
        hosts: hosts.flatMap(({ provider, host, foundAt }) => (provider === key ? [{ host, foundAt }] : [])),
      },
    ]),
  );
}

export async function storeProvider(db: Db, key: ProviderKey, state: ProviderState): Promise<void> {
  await db.run(
    `INSERT INTO greylist_provider (server, provider, is_trusted, is_updated) VALUES (?, ?, ?, ?)
     ON CONFLICT (server, provider) DO UPDATE SET is_trusted = excluded.is_trusted, is_updated = excluded.is_updated`,
    ...[db.server, key, Number(state.isTrusted), Number(state.isUpdated)],
  );
  await db.run('DELETE FROM greylist_provider_host WHERE server = ? AND provider = ?', db.server, key);
  for (const { host, foundAt } of state.hosts) {
    await db.run(
      'INSERT INTO greylist_provider_host (server, provider, host, found_at) VALUES (?, ?, ?, ?)',
      ...[db.server, key, host, foundAt],
    );
  }
}

/** The same provider with the hosts that were found now. A host that was known keeps its time. */
export function withHosts(state: ProviderState, found: readonly string[], now: number): ProviderState {
  const known = new Map(state.hosts.map(({ host, foundAt }) => [host, foundAt]));
  return { ...state, hosts: found.map((host) => ({ host, foundAt: known.get(host) ?? now })) };
}
