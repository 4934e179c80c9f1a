// What is stored of greylisting, and the files by which Exim knows it.
import type { Db } from '../../../../core/context.ts';
import * as settings from './settings.ts';
import * as trustedHosts from './trusted-hosts.ts';

export interface OffDomain {
  readonly domain: string;
  readonly username: string;
}

export interface GreylistState {
  readonly settings: settings.Settings;
  readonly trusted: readonly trustedHosts.TrustedHost[];
  /** Domains whose owners do not want it. */
  readonly off: readonly OffDomain[];
}

export async function readState(db: Db): Promise<GreylistState> {
  const off = await db.all<OffDomain>(
    `SELECT greylist_off_domain.domain, greylist_off_domain.username FROM greylist_off_domain
     JOIN account ON account.username = greylist_off_domain.username WHERE account.server = ?
     ORDER BY greylist_off_domain.domain`,
    db.server,
  );
  return { settings: await settings.read(db), trusted: await trustedHosts.list(db), off };
}

/** Each part is what becomes of it. */
export interface GreylistChange {
  readonly settings?: Partial<settings.Settings>;
  readonly trusted?: readonly trustedHosts.TrustedHost[];
  /** Hosts. */
  readonly untrusted?: readonly string[];
  readonly off?: readonly OffDomain[];
  /** Domains. */
  readonly on?: readonly string[];
}

export function changed(state: GreylistState, change: GreylistChange): GreylistState {
  const { trusted = [], untrusted = [], off = [], on = [] } = change;
  const gone = new Set([...untrusted, ...trusted.map(({ host }) => host)]);
  const [isOn, isOff] = [new Set(on), new Set(off.map(({ domain }) => domain))];
  return {
    settings: { ...state.settings, ...change.settings },
    trusted: [...state.trusted.filter(({ host }) => !gone.has(host)), ...trusted],
    off: [...state.off.filter(({ domain }) => !isOn.has(domain) && !isOff.has(domain)), ...off],
  };
}

export async function storeChange(db: Db, change: GreylistChange): Promise<void> {
  await settings.write(db, change.settings ?? {});
  for (const host of change.untrusted ?? []) await trustedHosts.remove(db, host);
  for (const host of change.trusted ?? []) await trustedHosts.add(db, host);
  for (const domain of change.on ?? []) await forgetDomain(db, domain);
  for (const { domain, username } of change.off ?? []) {
    await db.run(
      `INSERT INTO greylist_off_domain (domain, username) VALUES (?, ?)
       ON CONFLICT (domain) DO UPDATE SET username = excluded.username`,
      ...[domain, username],
    );
  }
}

export async function forgetDomain(db: Db, domain: string): Promise<void> {
  await db.run('DELETE FROM greylist_off_domain WHERE domain = ?', domain);
}

export async function renameDomain(db: Db, from: string, to: string): Promise<void> {
  await db.run('UPDATE greylist_off_domain SET domain = ? WHERE domain = ?', to, from);
}

const MINUTE_S = 60;
/** Programs on the server itself, such as the webmail. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** The content of each file, by its name below Exim’s folder (`driver/exim/greylist-acl.ts` reads them). */
export function filesOf({ settings: set, trusted, off }: GreylistState): [name: string, content: string][] {
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
    ['greylist/off', lines(off.map(({ domain }) => domain).sort())],
  ];
}
