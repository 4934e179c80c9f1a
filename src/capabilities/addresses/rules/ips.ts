// Chooses the IP address of an account: the one that the accounts of an owner share, or a dedicated one.
import type { Caller, Db } from '../../../core/context.ts';
import { ApiError, badParam, denied } from '../../../core/errors.ts';
import { exclusive, shared, type Lock } from '../../../core/plan.ts';
import * as resellerAddresses from '../../accounts/rules/resellers/addresses.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as resellers from '../../accounts/rules/resellers/resellers.ts';

interface Wish {
  readonly owner: string;
  /** True for a dedicated IP address. */
  readonly dedicated: boolean;
  /** The requested address, if any. */
  readonly address: string | undefined;
}

/**
 * Chooses the requested address, or a free dedicated one, or the shared address of the owner's accounts. `all` lists
 * the addresses of the machine, the main one first.
 * @throws ApiError `bad_param` for an address that this machine does not have, `denied` for an address that the owner
 * may not assign, `limit_reached` if no address is free.
 */
export async function choose(
  db: Db,
  all: readonly [string, ...string[]],
  { owner, dedicated, address }: Wish,
): Promise<string> {
  const [main] = all;
  const { ips: delegated } = await resellerAddresses.listUsable(db, owner, all);
  const shared = await sharedOf(db, owner, all);
  if (address !== undefined) {
    if (!all.includes(address)) {
      throw badParam(
        `This server does not have the address “${address}”. Its addresses are ${all.join(', ')}.`,
      );
    }
    if (address !== shared && !delegated.includes(address)) {
      throw denied(`The address “${address}” is not one that you can assign to accounts.`);
    }
    if (await isDedicated(db, address))
      throw badParam(`The address “${address}” is already the dedicated IP address of an account.`);
    if (dedicated && (address === main || address === shared || (await isUsed(db, address)))) {
      throw badParam(`The address “${address}” is shared, so it cannot be a dedicated IP address.`);
    }
    return address;
  }
  if (!dedicated) return shared;
  for (const candidate of delegated) {
    if (candidate !== main && candidate !== shared && !(await isUsed(db, candidate))) return candidate;
  }
  throw new ApiError('limit_reached', 'No dedicated IP address is available.');
}

/**
 * Changes an account to another address. If the address is shared, the account shares it too: the server's main
 * address, the shared address of the owner or of any reseller, or an address of other accounts. Otherwise it becomes
 * the account's dedicated IP address.
 * @throws ApiError `bad_param` for an address that this server does not have, or that is another account’s dedicated IP
 * address; `denied` for an address that the caller may not assign.
 */
export async function chooseOther(
  { db, caller }: { readonly db: Db; readonly caller: Caller },
  all: readonly [string, ...string[]],
  account: Account,
  address: string,
): Promise<{ readonly ip: string; readonly isDedicated: boolean }> {
  const [main] = all;
  const ofOwner = await sharedOf(db, account.owner, all);
  if (!all.includes(address)) {
    throw badParam(
      `The parameter “ip” should be an address of this server, not “${address}”. Run listips to list them.`,
    );
  }
  if (caller.privileges !== 'all' && address !== ofOwner) {
    const { ips } = await resellerAddresses.listUsable(db, caller.user, all);
    if (!ips.includes(address)) {
      throw denied(
        `You cannot assign the address “${address}”. Run listips to list the addresses that you can assign.`,
      );
    }
  }
  const other = await db.get<{ dedicated: 0 | 1 }>(
    `SELECT dedicated_ip AS dedicated FROM account WHERE ip = ? AND server = ? AND username <> ?
     ORDER BY dedicated_ip DESC LIMIT 1`,
    ...[address, db.server, account.username],
  );
  if (other?.dedicated === 1) {
    throw badParam(`The address “${address}” is the dedicated address of another account.`);
  }
  const isShared =
    other !== undefined ||
    [main, ofOwner].includes(address) ||
    (await resellerAddresses.isMainOfAny(db, address));
  return { ip: address, isDedicated: !isShared };
}

/**
 * The lock for assigning an address to an account or releasing it. Several calls can assign a shared address at the
 * same time. Assigning a dedicated IP address, or removing an address from the server, requires an exclusive lock.
 */
export function addressLock({ ip, settings }: Account): Lock {
  return settings.dedicatedIp ? exclusive(`address ${ip}`) : shared(`address ${ip}`);
}

async function isUsed(db: Db, ip: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM account WHERE ip = ? AND server = ?', ip, db.server)) !== undefined;
}

async function isDedicated(db: Db, ip: string): Promise<boolean> {
  return (
    (await db.get(
      'SELECT 1 FROM account WHERE ip = ? AND server = ? AND dedicated_ip = 1',
      ip,
      db.server,
    )) !== undefined
  );
}

/** Returns the address that new accounts of an owner share. `all`: the server’s addresses, the main one first. */
export async function sharedOf(db: Db, owner: string, all: readonly [string, ...string[]]): Promise<string> {
  const own = await resellerAddresses.findMain(db, owner);
  // A stored address that the server no longer has is ignored.
  return own !== null && all.includes(own) ? own : all[0];
}

/** Returns undefined for an account with a dedicated IP address. */
export async function findShared(
  db: Db,
  user: string,
  all: readonly [string, ...string[]],
): Promise<string | undefined> {
  if (user === 'root' || (await resellers.isReseller(db, user))) return sharedOf(db, user, all);
  const account = await accounts.find(db, user);
  if (account === undefined || account.settings.dedicatedIp) return undefined;
  return account.ip;
}
