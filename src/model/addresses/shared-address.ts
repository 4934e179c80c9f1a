// The IPv4 address that several accounts share.
import type { Caller, Db } from '../../core/context.ts';
import * as accounts from '../accounts/accounts.ts';
import * as users from '../accounts/users.ts';
import * as resellerAddresses from '../resellers/addresses.ts';
import * as resellers from '../resellers/resellers.ts';

/** The one that new accounts of an owner share. `all`: the server’s addresses, its main one first. */
export async function ofOwner(db: Db, owner: string, all: readonly [string, ...string[]]): Promise<string> {
  const own = await resellerAddresses.findMain(db, owner);
  // One that the server has lost is nobody’s.
  return own !== null && all.includes(own) ? own : all[0];
}

/**
 * Undefined for an account that has an address to itself.
 * @throws ApiError `not_found`, `denied` for a user that the caller may not see.
 */
export async function find(
  db: Db,
  caller: Caller,
  user: string,
  all: readonly [string, ...string[]],
): Promise<string | undefined> {
  await users.ensureManageable(db, caller, user);
  if (user === 'root' || (await resellers.isReseller(db, user))) return ofOwner(db, user, all);
  const account = await accounts.find(db, user);
  if (account === undefined || account.settings.dedicatedIp) return undefined;
  return account.ip;
}
