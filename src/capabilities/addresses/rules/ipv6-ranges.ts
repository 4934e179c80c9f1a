// IPv6 networks from which each account of this server can get an address.
import type { Db } from '../../../core/context.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import {
  formatIp,
  formatWhole,
  kindOf,
  networkOf,
  overlap,
  parseCidr,
  parseIp,
  sizeOf,
  toHex,
  type Ip,
  type IpRange,
} from './ip.ts';

/** The range name that means the server’s own IPv6 address. */
export const SHARED = 'SHARED';

export interface Ipv6Range {
  readonly name: string;
  readonly network: IpRange;
  readonly prefixLength: number;
  readonly isEnabled: boolean;
  readonly note: string;
  readonly owner: string;
  /** The address that was most recently assigned to an account. */
  readonly mostRecent: Ip | undefined;
}

interface Row {
  readonly name: string;
  readonly first: string;
  readonly prefixLength: number;
  readonly enabled: 0 | 1;
  readonly note: string;
  readonly owner: string;
  readonly mostRecent: string | null;
}

const COLUMNS = `name, first, prefix_length AS "prefixLength", enabled, note, owner, most_recent AS "mostRecent"`;

function toRange({ name, first, prefixLength, enabled, note, owner, mostRecent }: Row): Ipv6Range {
  return {
    ...{ name, prefixLength, note, owner },
    network: networkOf(fromHex(first), prefixLength),
    isEnabled: enabled === 1,
    mostRecent: mostRecent === null ? undefined : fromHex(mostRecent),
  };
}

export function fromHex(hex: string): Ip {
  return { family: 6, value: BigInt(`0x${hex}`) };
}

/** By name. */
export async function list(db: Db): Promise<Ipv6Range[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM ipv6_range WHERE server = ? ORDER BY name`,
    db.server,
  );
  return rows.map(toRange);
}

/** @throws ApiError `not_found`. */
export async function get(db: Db, name: string): Promise<Ipv6Range> {
  const row = await db.get<Row>(
    `SELECT ${COLUMNS} FROM ipv6_range WHERE server = ? AND name = ?`,
    ...[db.server, name],
  );
  if (row === undefined) {
    throw notFound(`The IPv6 range ${quote(name)} does not exist. Run ipv6_range_list to list the ranges.`);
  }
  return toRange(row);
}

export interface NewRange {
  readonly name: string;
  readonly range: string;
  readonly isEnabled: boolean;
  readonly note: string;
  readonly owner: string;
}

/**
 * @throws ApiError `bad_param` if the name is taken, or if the network is unsuitable for accounts or overlaps another
 * one.
 */
export async function add(db: Db, { name, range, isEnabled, note, owner }: NewRange): Promise<void> {
  const { network, prefixLength } = readNetwork(range);
  await assertFree(db, name);
  for (const other of await list(db)) {
    if (!overlap(other.network, network)) continue;
    throw badParam(
      `${formatCidr({ network, prefixLength })} overlaps the IPv6 range ${quote(other.name)}, ${formatCidr(other)}.`,
    );
  }
  await db.run(
    `INSERT INTO ipv6_range (server, name, first, prefix_length, enabled, note, owner, most_recent)
     VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
    ...[db.server, name, toHex({ family: 6, value: network.first }), prefixLength],
    ...[Number(isEnabled), note, owner],
  );
}

/** @throws ApiError `bad_param` if the name is taken, `not_found`. */
export async function edit(
  db: Db,
  name: string,
  { newName, note }: { readonly newName: string | undefined; readonly note: string | undefined },
): Promise<void> {
  const range = await get(db, name);
  if (newName !== undefined && newName !== name) {
    await assertFree(db, newName);
    await db.run('UPDATE ipv6_range SET name = ? WHERE server = ? AND name = ?', newName, db.server, name);
    for (const table of ['ipv6_assignment', 'ipv6_reclaimed']) {
      await db.run(
        `UPDATE ${table} SET range_name = ? WHERE server = ? AND range_name = ?`,
        ...[newName, db.server, name],
      );
    }
  }
  if (note !== undefined && note !== range.note) {
    await db.run(
      'UPDATE ipv6_range SET note = ? WHERE server = ? AND name = ?',
      ...[note, db.server, newName ?? name],
    );
  }
}

/** The maximum number of names in a reason. */
const MAX_NAMES = 5;

/** @throws ApiError `bad_param` if accounts have addresses of the range, `not_found`. */
export async function remove(db: Db, name: string): Promise<void> {
  await get(db, name);
  const users = await listUsers(db, name);
  if (users.length > 0) {
    const named = users.slice(0, MAX_NAMES).map(quote).join(', ');
    const more = users.length > MAX_NAMES ? ` and ${users.length - MAX_NAMES} others` : '';
    throw badParam(
      `The IPv6 range ${quote(name)} is in use by ${named}${more}. Run ipv6_disable_account for them first.`,
    );
  }
  await db.run('DELETE FROM ipv6_reclaimed WHERE server = ? AND range_name = ?', db.server, name);
  await db.run('DELETE FROM ipv6_range WHERE server = ? AND name = ?', db.server, name);
}

/** Lists the accounts that have an address of a range, by name. */
export async function listUsers(db: Db, name: string): Promise<string[]> {
  const rows = await db.all<{ username: string }>(
    'SELECT username FROM ipv6_assignment WHERE server = ? AND range_name = ? ORDER BY username',
    ...[db.server, name],
  );
  return rows.map(({ username }) => username);
}

/** Lists the released addresses that no account has now. The address that was released first comes first. */
export async function listReclaimed(db: Db, name: string): Promise<Ip[]> {
  const rows = await db.all<{ address: string }>(
    'SELECT address FROM ipv6_reclaimed WHERE server = ? AND range_name = ? ORDER BY id',
    ...[db.server, name],
  );
  return rows.map(({ address }) => fromHex(address));
}

export interface Ipv6Usage {
  readonly used: bigint;
  readonly free: bigint;
  readonly forbidden: bigint;
}

export async function usageOf(db: Db, { name, network }: Ipv6Range): Promise<Ipv6Usage> {
  const row = await db.get<{ count: number }>(
    'SELECT COUNT(*) AS count FROM ipv6_assignment WHERE server = ? AND range_name = ?',
    ...[db.server, name],
  );
  const used = BigInt(row?.count ?? 0);
  const forbidden = forbiddenIn(network);
  return { used, forbidden, free: sizeOf(network) - forbidden - used };
}

/** The number of addresses at the beginning of a large network that are reserved for routers and the server itself. */
const RESERVED_BEGINNING = 1n << 16n;

/**
 * Returns the number of addresses at the beginning of a network that no account gets: 65,536 in a large network,
 * otherwise only the first one, which is the anycast address of its routers (RFC 4291, section 2.6.1). In a network of
 * one or two addresses, none is reserved (RFC 6164).
 */
export function forbiddenIn(network: IpRange): bigint {
  const size = sizeOf(network);
  if (size <= 2n) return 0n;
  return size > RESERVED_BEGINNING ? RESERVED_BEGINNING : 1n;
}

export function formatCidr({ network, prefixLength }: Pick<Ipv6Range, 'network' | 'prefixLength'>): string {
  return `${formatIp({ family: 6, value: network.first })}/${prefixLength}`;
}

/** Formats the ends with every digit (`2001:0db8:…`), as the API functions return them. */
export function formatEnds({ network }: Ipv6Range): { readonly first: string; readonly last: string } {
  const [first = '', last = ''] = [network.first, network.last].map((value) =>
    formatWhole({ family: 6, value }),
  );
  return { first, last };
}

/** The size of network that an Internet registry assigns to a provider. */
const MIN_PREFIX_LENGTH = 32;
/** ipaddr.js’s names for addresses that accounts cannot have. */
const UNUSABLE = ['unspecified', 'loopback', 'linkLocal', 'multicast', 'ipv4Mapped', 'rfc6145'];

function readNetwork(text: string): { readonly network: IpRange; readonly prefixLength: number } {
  const read = parseCidr(text);
  if (read?.network.family !== 6) {
    const single = parseIp(text)?.family === 6 ? ` Use ${text}/128 for a single address.` : '';
    throw badParam(
      `The parameter “range” should be an IPv6 network, such as 2001:db8:1::/64, not ${quote(text)}.${single}`,
    );
  }
  if (read.prefixLength < MIN_PREFIX_LENGTH) {
    throw badParam(
      `${quote(text)} has 2^${128 - read.prefixLength} addresses. A range has at most 2^${128 - MIN_PREFIX_LENGTH}, which is a /${MIN_PREFIX_LENGTH}.`,
    );
  }
  const kind = kindOf({ family: 6, value: read.network.first });
  if (UNUSABLE.includes(kind)) {
    throw badParam(`${quote(text)} is not a network from which accounts can have addresses (${kind}).`);
  }
  return read;
}

async function assertFree(db: Db, name: string): Promise<void> {
  if (name.toUpperCase() === SHARED) {
    throw badParam(`The name “${SHARED}” is reserved for the server’s own IPv6 address. Use another name.`);
  }
  const taken = await db.get('SELECT 1 FROM ipv6_range WHERE server = ? AND name = ?', ...[db.server, name]);
  if (taken !== undefined) throw badParam(`The IPv6 range ${quote(name)} already exists.`);
}
