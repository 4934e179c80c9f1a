// Which address an account gets.
import type { Db } from '../../core/context.ts';
import { ApiError, badParam, denied } from '../../core/errors.ts';
import * as sharedAddress from '../addresses/shared-address.ts';
import * as resellerAddresses from '../resellers/addresses.ts';

interface Wish {
  readonly owner: string;
  /** One that nobody shares. */
  readonly dedicated: boolean;
  /** A certain one. */
  readonly address: string | undefined;
}

/**
 * Of all addresses of the machine, its main one first: the address that is asked for, or a free one of its own, or else the one that the owner's accounts share.
 * @throws ApiError `bad_param` for an address that this machine does not have, `denied` for one that the owner may
 * not give, `limit_reached` where none is free.
 */
export async function choose(
  db: Db,
  all: readonly [string, ...string[]],
  { owner, dedicated, address }: Wish,
): Promise<string> {
  const [main] = all;
  const { ips: delegated } = await resellerAddresses.listUsable(db, owner, all);
  const shared = await sharedAddress.ofOwner(db, owner, all);
  if (address !== undefined) {
    if (!all.includes(address)) {
      throw badParam(`This machine does not have the address “${address}”; it has ${all.join(', ')}.`);
    }
    if (address !== shared && !delegated.includes(address)) {
      throw denied(`The address “${address}” is none of those that you may give to accounts.`);
    }
    if (await isDedicated(db, address))
      throw badParam(`The address “${address}” is an account’s own already.`);
    if (dedicated && (address === main || address === shared || (await isUsed(db, address)))) {
      throw badParam(`The address “${address}” is shared, so that no account can have it for its own.`);
    }
    return address;
  }
  if (!dedicated) return shared;
  for (const candidate of delegated) {
    if (candidate !== main && candidate !== shared && !(await isUsed(db, candidate))) return candidate;
  }
  throw new ApiError('limit_reached', 'No address is free that an account could have for its own.');
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
