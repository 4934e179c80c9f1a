// The hosts from which the MariaDB users of an account may connect.
import ipaddr from 'ipaddr.js';
import type { Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { LOCAL_HOST, serverOf } from './profiles.ts';

/** Each user exists once for each host. */
const MAX_HOSTS = 100;

export const hostParam = {
  type: 'string',
  required: true,
  maxLength: 255,
  doc:
    'An IP address, a hostname, a pattern with “%”, or an IPv4 network: 192.0.2.10, web.example, 192.0.2.%, ' +
    '192.0.2.0/24.',
} as const satisfies Param;

export const noteParam = {
  type: 'string',
  required: true,
  maxLength: 255,
  doc: 'The note. Empty: none.',
} as const satisfies Param;

export interface RemoteHost {
  readonly host: string;
  /** Empty: none. */
  readonly note: string;
}

/** The account’s remote access list, sorted. */
export function listOf(db: Db, owner: string): Promise<RemoteHost[]> {
  return db.all('SELECT host, note FROM database_host WHERE owner = ? ORDER BY host', owner);
}

/** The entries in lists of this server’s accounts that let users log in from everywhere: they consist of wildcards. */
export async function listOpen(db: Db): Promise<{ owner: string; host: string }[]> {
  const rows = await db.all<{ owner: string; host: string }>(
    `SELECT owner, host FROM database_host
      WHERE owner IN (SELECT username FROM account WHERE server = ?) AND host LIKE '%|%%' ESCAPE '|'
      ORDER BY owner, host`,
    db.server,
  );
  return rows.filter(({ host }) => /^[%_.]+$/.test(host));
}

/** The hosts of each of the account’s users: this machine, as the server sees it, and the remote access list. */
export async function hostsOf(db: Db, owner: string): Promise<string[]> {
  const { client } = await serverOf(db, owner);
  return [...new Set([client, ...(await listOf(db, owner)).map(({ host }) => host)])];
}

/** As MariaDB writes it: a network as `192.0.2.0/255.255.255.0`. @throws ApiError `bad_param`. */
export function readHost(given: string): string {
  const host = given.trim().toLowerCase();
  const read = host.includes('/') ? network(host) : (address(host) ?? pattern(host));
  if (read === undefined) {
    throw badParam(
      'The parameter “host” should be an IP address, a hostname, a pattern with “%” such as 192.0.2.%, or an IPv4 ' +
        `network such as 192.0.2.0/24, not ${quote(given)}.`,
    );
  }
  if ([LOCAL_HOST, '127.0.0.1', '::1'].includes(read)) {
    throw badParam(`All users may always connect from this server, so “${given}” needs no entry.`);
  }
  return read;
}

function address(host: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return host;
  return ipaddr.IPv6.isValid(host) && !host.includes('%') ? ipaddr.IPv6.parse(host).toString() : undefined;
}

/** MariaDB has networks of IPv4 only, and needs the mask in full. */
function network(host: string): string | undefined {
  const [start = '', end = ''] = host.split('/', 2);
  if (host.split('/').length !== 2 || !ipaddr.IPv4.isValidFourPartDecimal(start)) return undefined;
  const bits = /^\d{1,2}$/.test(end)
    ? Number(end)
    : ipaddr.IPv4.isValidFourPartDecimal(end)
      ? ipaddr.IPv4.parse(end).prefixLengthFromSubnetMask()
      : null;
  if (bits === null || bits > 32) return undefined;
  if (bits === 32) return start;
  const first = ipaddr.IPv4.networkAddressFromCIDR(`${start}/${bits}`);
  return `${first.toString()}/${ipaddr.IPv4.subnetMaskFromPrefixLength(bits).toString()}`;
}

/** Letters, digits, dots and hyphens of hostnames, with MariaDB’s wildcards. */
function pattern(host: string): string | undefined {
  if (!/^[a-z0-9._%-]+$/.test(host) || /\.\.|^\.|--$/.test(host)) return undefined;
  // An address that is wrong is no hostname.
  return /^[\d.]+$/.test(host) ? undefined : host;
}

/** @throws ApiError `bad_param` if the list is full. */
export async function assertMayAdd(db: Db, owner: string, host: string): Promise<void> {
  const present = await listOf(db, owner);
  if (present.length < MAX_HOSTS || present.some((one) => one.host === host)) return;
  throw badParam(
    `An account can have at most ${MAX_HOSTS} remote hosts. Remove one first: Mysql::delete_host.`,
  );
}

/** @throws ApiError `not_found`. */
export async function assertListed(db: Db, owner: string, host: string): Promise<void> {
  if ((await listOf(db, owner)).some((one) => one.host === host)) return;
  throw notFound(`The host “${host}” is not in the remote access list. Add it first: Mysql::add_host.`);
}

export async function add(db: Db, owner: string, host: string): Promise<void> {
  await db.run(
    "INSERT INTO database_host (owner, host, note) VALUES (?, ?, '') ON CONFLICT (owner, host) DO NOTHING",
    ...[owner, host],
  );
}

export async function remove(db: Db, owner: string, host: string): Promise<void> {
  await db.run('DELETE FROM database_host WHERE owner = ? AND host = ?', owner, host);
}

export async function setNote(db: Db, owner: string, host: string, note: string): Promise<void> {
  await db.run('UPDATE database_host SET note = ? WHERE owner = ? AND host = ?', note, owner, host);
}
