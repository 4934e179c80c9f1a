// Finds the IPv6 addresses that accounts can get now, and those that the interfaces do not have yet.
import type { Db } from '../../../core/context.ts';
import type { MachineAddress } from '../../../core/machine-addresses.ts';
import { ApiError } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { formatWhole, parseIp } from './ip.ts';
import { isOwn, nextAddresses, type Assignment } from './ipv6-assignments.ts';
import { get, SHARED } from './ipv6-ranges.ts';

export interface Supply {
  /** At most the requested number of addresses, or fewer if the range has no more. */
  readonly addresses: readonly string[];
  /** The error for accounts for which no address is left. */
  readonly exhausted: ApiError;
}

/**
 * @throws ApiError `not_found` for an unknown range or a server without IPv6, `bad_param` for a range that is not
 * enabled.
 */
export async function next(
  db: Db,
  range: string,
  count: number,
  machine: readonly MachineAddress[],
): Promise<Supply> {
  const exhausted = new ApiError('limit_reached', `The IPv6 range ${quote(range)} has no free address.`);
  if (range !== SHARED) {
    return { exhausted, addresses: await nextAddresses(db, await get(db, range), count, machine) };
  }
  const main = machine.find(({ family, isMain }) => family === 6 && isMain);
  if (main === undefined) {
    throw new ApiError('not_found', 'The server has no IPv6 address that accounts could share.');
  }
  return { exhausted, addresses: Array.from({ length: count }, () => main.address) };
}

/** Returns the accounts’ own addresses that are missing on all interfaces. */
export function toBind(assigned: readonly Assignment[], machine: readonly MachineAddress[]): string[] {
  const bound = new Set(machine.filter(({ isActive }) => isActive).map(({ address }) => address));
  return assigned.filter((one) => isOwn(one) && !bound.has(one.address)).map(({ address }) => address);
}

/** Formats an address with every digit, as the API functions return it. */
export function showWhole(address: string): string {
  const ip = parseIp(address);
  return ip === undefined ? address : formatWhole(ip);
}
