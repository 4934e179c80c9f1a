// The virtual hosts of accounts with the PHP that serves them.
import type { Caller, Db } from '../../core/context.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import * as accounts from '../accounts/accounts.ts';
import { getDomain } from '../domains/hosted-domains.ts';
import { virtualHostsOf, type VirtualHost } from '../domains/virtual-hosts.ts';
import { poolsIn, type Pool } from './pools.ts';
import { readState, resolve, type PhpState, type ServedBy } from './served-by.ts';

export interface AccountPhp {
  readonly account: accounts.Account;
  readonly state: PhpState;
  readonly hosts: readonly VirtualHost[];
}

export interface HostOfAccount extends AccountPhp {
  readonly host: VirtualHost;
  readonly servedBy: ServedBy;
}

/** @param newest see `readState`. */
export async function readAccount(
  db: Db,
  account: accounts.Account,
  newest: string | undefined,
): Promise<AccountPhp> {
  return {
    account,
    state: await readState(db, account.username, newest),
    hosts: await virtualHostsOf(db, account),
  };
}

/** All accounts of this server that the caller may see. */
export async function readAccounts(
  db: Db,
  caller: Caller,
  newest: string | undefined,
): Promise<AccountPhp[]> {
  const found: AccountPhp[] = [];
  for (const account of await accounts.list(db, caller)) found.push(await readAccount(db, account, newest));
  return found;
}

/** The pools of all accounts of this server, by release of PHP. */
export async function listPools(
  db: Db,
): Promise<ReadonlyMap<string, readonly { username: string; pools: readonly Pool[] }[]>> {
  const found = new Map<string, { username: string; pools: readonly Pool[] }[]>();
  for (const account of await accounts.listAll(db)) {
    const { state, hosts } = await readAccount(db, account, undefined);
    for (const [release, pools] of poolsIn(state, account, hosts)) {
      found.set(release, [...(found.get(release) ?? []), { username: account.username, pools }]);
    }
  }
  return found;
}

/** Their virtual hosts, sorted by name. */
export function hostsOf(list: readonly AccountPhp[]): HostOfAccount[] {
  return list
    .flatMap((account) => {
      const served = resolve(account.state, account.hosts);
      return account.hosts.flatMap((host) => {
        const servedBy = served.get(host.servername);
        return servedBy === undefined ? [] : [{ ...account, host, servedBy }];
      });
    })
    .sort((a, b) => (a.host.servername < b.host.servername ? -1 : 1));
}

/**
 * The account that has a virtual host.
 * @throws ApiError `not_found` for an unknown domain, `bad_param` for an alias.
 */
export async function getOwner(
  db: Db,
  caller: Caller,
  param: string,
  name: string,
): Promise<accounts.Account> {
  const found = await getDomain(db, caller, name);
  if (found.servername === name) return found.account;
  throw badParam(
    `The parameter “${param}” should be a virtual host. The domain ${quote(name)} is an alias of “${found.servername}”.`,
  );
}
