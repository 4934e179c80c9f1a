// What is stored of greylisting, and the files by which Exim knows it.
import type { Db } from '../../../../core/context.ts';
import * as settings from './settings.ts';
import * as trustedHosts from './trusted-hosts.ts';

export interface GreylistState {
  readonly settings: settings.Settings;
  readonly trusted: readonly trustedHosts.TrustedHost[];
}

export async function readState(db: Db): Promise<GreylistState> {
  return { settings: await settings.read(db), trusted: await trustedHosts.list(db) };
}

/** Each part is what becomes of it. */
export interface GreylistChange {
  readonly settings?: Partial<settings.Settings>;
  readonly trusted?: readonly trustedHosts.TrustedHost[];
  /** Hosts. */
  readonly untrusted?: readonly string[];
}

export function changed(state: GreylistState, change: GreylistChange): GreylistState {
  const { trusted = [], untrusted = [] } = change;
  const gone = new Set([...untrusted, ...trusted.map(({ host }) => host)]);
  return {
    settings: { ...state.settings, ...change.settings },
    trusted: [...state.trusted.filter(({ host }) => !gone.has(host)), ...trusted],
  };
}

export async function storeChange(db: Db, change: GreylistChange): Promise<void> {
  await settings.write(db, change.settings ?? {});
  for (const host of change.untrusted ?? []) await trustedHosts.remove(db, host);
  for (const host of change.trusted ?? []) await trustedHosts.add(db, host);
}

const MINUTE_S = 60;
/** Programs on the server itself, such as the webmail. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** The content of each file, by its name below Exim’s folder (`driver/exim/greylist-acl.ts` reads them). */
export function filesOf({ settings: set, trusted }: GreylistState): [name: string, content: string][] {
  const networks = [
    ...new Set([...LOOPBACK, ...trusted.flatMap(({ host }) => trustedHosts.networksOf(host))]),
  ];
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
