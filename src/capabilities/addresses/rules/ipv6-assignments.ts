// The IPv6 addresses of accounts. Each account has an address of a range, or shares the server’s own address.
import type { Db } from '../../../core/context.ts';
import type { MachineAddress } from '../../../core/machine-addresses.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { formatIp, parseIp, toHex, type Ip } from './ip.ts';
import * as ranges from './ipv6-ranges.ts';

export interface Assignment {
  readonly username: string;
  /** The name of the range. `SHARED` for the server’s own address. */
  readonly range: string;
  /** In the notation of RFC 5952. */
  readonly address: string;
}

export async function find(db: Db, username: string): Promise<Assignment | undefined> {
  const row = await db.get<{ range: string; address: string }>(
    'SELECT range_name AS range, address FROM ipv6_assignment WHERE username = ?',
    username,
  );
  return row && { username, range: row.range, address: formatIp(ranges.fromHex(row.address)) };
}

/** The addresses of the accounts that have one, by username. */
export async function addressesOf(db: Db, usernames: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const rows = await db.all<{ username: string; address: string }>(
    `SELECT username, address FROM ipv6_assignment
     WHERE username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`,
    JSON.stringify([...new Set(usernames)]),
  );
  return new Map(rows.map(({ username, address }) => [username, formatIp(ranges.fromHex(address))]));
}

/** True if the account does not share the address. An interface then has the address only because of this account. */
export function isOwn({ range }: Pick<Assignment, 'range'>): boolean {
  return range !== ranges.SHARED;
}

/** @throws ApiError `not_found` if the range is gone. */
export async function assign(db: Db, { username, range, address }: Assignment): Promise<void> {
  const ip = parseIp(address);
  if (ip === undefined) throw new TypeError(`${address} is not an IP address.`);
  const hex = toHex(ip);
  await db.run(
    'INSERT INTO ipv6_assignment (username, server, range_name, address) VALUES (?, ?, ?, ?)',
    ...[username, db.server, range, hex],
  );
  if (range === ranges.SHARED) return;
  await ranges.get(db, range);
  await db.run(
    'DELETE FROM ipv6_reclaimed WHERE server = ? AND range_name = ? AND address = ?',
    ...[db.server, range, hex],
  );
  await db.run(
    'UPDATE ipv6_range SET most_recent = ? WHERE server = ? AND name = ?',
    ...[hex, db.server, range],
  );
}

/** Releases the account's address, if it has one. */
export async function release(db: Db, username: string): Promise<void> {
  const found = await find(db, username);
  if (found === undefined) return;
  await db.run('DELETE FROM ipv6_assignment WHERE username = ?', username);
  const ip = parseIp(found.address);
  if (!isOwn(found) || ip === undefined) return;
  await db.run(
    'INSERT INTO ipv6_reclaimed (server, range_name, address) VALUES (?, ?, ?)',
    ...[db.server, found.range, toHex(ip)],
  );
}

/**
 * Returns up to `count` free addresses of a range. Addresses that no account ever had come first, in order. Released
 * addresses follow, starting with the one that was released first.
 * @param machine addresses of the interfaces, which are left out
 * @throws ApiError `bad_param` for a range that is not enabled
 */
export async function nextAddresses(
  db: Db,
  range: ranges.Ipv6Range,
  count: number,
  machine: readonly MachineAddress[],
): Promise<string[]> {
  const { name, network, isEnabled } = range;
  if (!isEnabled) {
    throw badParam(
      `Accounts get no addresses of the IPv6 range ${quote(name)}: it was added with enabled=0.`,
    );
  }
  const bound = new Set(machine.map(({ address }) => address));
  const found: string[] = [];
  const take = (ip: Ip) => {
    const address = formatIp(ip);
    if (!bound.has(address)) found.push(address);
  };
  const highest = await highestOf(db, name);
  let value = highest === undefined ? network.first + ranges.forbiddenIn(network) : highest.value + 1n;
  for (; value <= network.last && found.length < count; value++) take({ family: 6, value });
  for (const ip of await ranges.listReclaimed(db, name)) if (found.length < count) take(ip);
  return found;
}

/** Returns the highest address of the range that any account has or had. */
async function highestOf(db: Db, name: string): Promise<Ip | undefined> {
  const row = await db.get<{ address: string | null }>(
    `SELECT max(address) AS address FROM (
       SELECT address FROM ipv6_assignment WHERE server = ? AND range_name = ?
       UNION ALL SELECT address FROM ipv6_reclaimed WHERE server = ? AND range_name = ?
     ) AS known`,
    ...[db.server, name, db.server, name],
  );
  return row?.address == null ? undefined : ranges.fromHex(row.address);
}
