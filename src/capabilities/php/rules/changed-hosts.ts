// New PHP settings of virtual hosts, before they are stored.
import type { CallerStore, Context } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { resolve, type PhpState } from './served-by.ts';
import { noParameters, type HostPhp } from './settings.ts';
import { getOwner, readAccount, readAccounts, type AccountPhp } from './virtual-hosts.ts';

export interface ChangedHosts extends AccountPhp {
  readonly after: PhpState;
  /** The settings to store. */
  readonly changed: readonly HostPhp[];
}

export interface HostsChange {
  /** The parameter with the names. Default: `vhost`. */
  readonly param?: string;
  readonly names: readonly string[];
  /** See `readState`. */
  readonly newest: string | undefined;
  readonly change: (host: HostPhp) => HostPhp;
}

/** The accounts of some virtual hosts, with changed settings. @throws ApiError `not_found`, `bad_param`. */
export async function changedHosts(
  { db, caller }: CallerStore,
  { param = 'vhost', names, newest, change }: HostsChange,
): Promise<ChangedHosts[]> {
  const byAccount = new Map<string, { account: Account; names: Set<string> }>();
  for (const name of names) {
    const account = await getOwner(db, caller, param, name);
    const one = byAccount.get(account.username) ?? { account, names: new Set() };
    byAccount.set(account.username, one);
    one.names.add(name);
  }
  const found: ChangedHosts[] = [];
  for (const { account, names: own } of byAccount.values()) {
    const before = await readAccount(db, account, newest);
    const changed = [...own].map((servername) => change(hostIn(before, servername)));
    const hosts = new Map([
      ...before.state.hosts,
      ...changed.map((host) => [host.servername, host] as const),
    ]);
    found.push({ ...before, after: { ...before.state, hosts }, changed });
  }
  return found;
}

function hostIn({ account, state }: AccountPhp, servername: string): HostPhp {
  const { username } = account;
  const unset = { servername, username, version: null, usesFpm: state.server.isFpmDefault };
  return state.hosts.get(servername) ?? { ...unset, ...noParameters };
}

/** All accounts, with a changed state of the server. */
export async function changedServer(
  { db, caller }: Context,
  newest: string | undefined,
  change: (state: PhpState) => PhpState,
): Promise<ChangedHosts[]> {
  const accounts = await readAccounts(db, caller, newest);
  return accounts.map((account) => ({ ...account, after: change(account.state), changed: [] }));
}

/** Warns if PHP ran before, or should run now, and does not. `advice`: a sentence. */
export function warnIfNotRun(
  { warn }: Pick<Context, 'warn'>,
  { after, hosts, changed }: ChangedHosts,
  advice: string,
): void {
  const served = resolve(after, hosts);
  for (const { servername } of changed) {
    const one = served.get(servername);
    if (one?.runs !== null) continue;
    warn(
      `PHP does not run for “${servername}”: it does not use PHP-FPM, and the handler of ` +
        `${one.version ?? 'PHP'} is “none”. Its PHP files are not served. ${advice}`,
    );
  }
}
