// What is stored of greylisting, and the files by which Exim knows it.
import type { Db } from '../../../../core/context.ts';
import {
  readProviders,
  storeProvider,
  type ProviderKey,
  type Providers,
  type ProviderState,
} from './providers.ts';
import * as settings from './settings.ts';
import * as trustedHosts from './trusted-hosts.ts';

export interface GreylistState {
  readonly settings: settings.Settings;
  readonly trusted: readonly trustedHosts.TrustedHost[];
  readonly providers: Providers;
}

export async function readState(db: Db): Promise<GreylistState> {
  return {
    settings: await settings.read(db),
    trusted: await trustedHosts.list(db),
    providers: await readProviders(db),
  };
}

/** Each part is what becomes of it. */
export interface GreylistChange {
  readonly settings?: Partial<settings.Settings>;
  readonly trusted?: readonly trustedHosts.TrustedHost[];
  /** Hosts. */
  readonly untrusted?: readonly string[];
  /** Whether new providers become trusted. */
  readonly autotrust?: boolean;
  /** The whole new state of these providers. */
  readonly providers?: Readonly<Partial<Record<ProviderKey, ProviderState>>>;
}

const providersOf = ({ providers = {} }: GreylistChange) =>
  Object.entries(providers) as [ProviderKey, ProviderState][];

export function changed(state: GreylistState, change: GreylistChange): GreylistState {
  const { trusted = [], untrusted = [] } = change;
  const gone = new Set([...untrusted, ...trusted.map(({ host }) => host)]);
  return {
    settings: { ...state.settings, ...change.settings },
    trusted: [...state.trusted.filter(({ host }) => !gone.has(host)), ...trusted],
    providers: new Map([...state.providers, ...providersOf(change)]),
  };
}

export async function storeChange(db: Db, change: GreylistChange): Promise<void> {
  await settings.write(db, change.settings ?? {});
  for (const host of change.untrusted ?? []) await trustedHosts.remove(db, host);
  for (const host of change.trusted ?? []) await trustedHosts.add(db, host);
  if (change.autotrust !== undefined) await settings.storeAutotrust(db, change.autotrust);
  for (const [key, state] of providersOf(change)) await storeProvider(db, key, state);
}

const MINUTE_S = 60;
/** Programs on the server itself, such as the webmail. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** The content of each file, by its name below Exim’s folder (`driver/exim/greylist-acl.ts` reads them). */
export function filesOf({
  settings: set,
  trusted,
  providers,
}: GreylistState): [name: string, content: string][] {
  const ofProviders = [...providers.values()].flatMap(({ isTrusted, hosts }) => (isTrusted ? hosts : []));
  const hosts = [...trusted, ...ofProviders].map(({ host }) => host);
  const networks = [...new Set([...LOOPBACK, ...hosts.flatMap(trustedHosts.networksOf)])];
  const lines = (list: readonly string[]) => list.map((line) => `${line}\n`).join('');
  return [
    [
      'greylist/settings',
      lines([
        `enabled: ${set.is_enabled}`,
        `delay: ${set.initial_block_time_mins * MINUTE_S}`,
        `retry: ${set.must_try_time_mins * MINUTE_S}`,
        `expiry: ${set.record_exp_time_mins * MINUTE_S}`,
        `spf: ${set.spf_bypass}`,
      ]),
    ],
    // A key ends at a colon, unless it is between quotes.
    ['greylist/trusted', lines(networks.sort().map((network) => `"${network}"`))],
  ];
}
