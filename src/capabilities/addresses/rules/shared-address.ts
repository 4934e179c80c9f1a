// The IPv4 address that the accounts of an owner share.
import type { Db } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as resellerAddresses from '../../accounts/rules/resellers/addresses.ts';
import * as resellers from '../../accounts/rules/resellers/resellers.ts';

/** Returns the address that new accounts of an owner share. `all`: the server’s addresses, the main one first. */
export async function ofOwner(db: Db, owner: string, all: readonly [string, ...string[]]): Promise<string> {
  const own = await resellerAddresses.findMain(db, owner);
  // A stored address that the server no longer has is ignored.
  return own !== null && all.includes(own) ? own : all[0];
}

/** Returns undefined for an account with a dedicated IP address. */
export async function find(
  db: Db,
  user: string,
  all: readonly [string, ...string[]],
): Promise<string | undefined> {
  if (user === 'root' || (await resellers.isReseller(db, user))) return ofOwner(db, user, all);
  const account = await accounts.find(db, user);
  if (account === undefined || account.settings.dedicatedIp) return undefined;
  return account.ip;
}
