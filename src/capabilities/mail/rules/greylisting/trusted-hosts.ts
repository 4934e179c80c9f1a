// Addresses, networks and ranges whose mail is never deferred.
import type { Db } from '../../../../core/context.ts';
import {
  contains,
  formatIp,
  formatRange,
  parseCidr,
  parseIp,
  parseRange,
  type IpRange,
} from '../../../addresses/rules/ip.ts';

export interface TrustedHost {
  readonly host: string;
  readonly comment: string;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
}

export interface StoredHost extends TrustedHost {
  readonly id: number;
}

export function list(db: Db): Promise<StoredHost[]> {
  return db.all<StoredHost>(
    `SELECT id, host, comment, created_at AS "createdAt" FROM greylist_trusted_host WHERE server = ? ORDER BY id`,
    db.server,
  );
}

/** An existing one gets the comment. */
export async function add(db: Db, { host, comment, createdAt }: TrustedHost): Promise<void> {
  await db.run(
    `INSERT INTO greylist_trusted_host (server, host, comment, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (server, host) DO UPDATE SET comment = excluded.comment`,
    ...[db.server, host, comment, createdAt],
  );
}

export async function remove(db: Db, host: string): Promise<void> {
  await db.run('DELETE FROM greylist_trusted_host WHERE server = ? AND host = ?', db.server, host);
}

/** `192.0.2.9/24` is the network `192.0.2.0/24`. Undefined for what is no address, network or range. */
export function readHost(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    const range = parseRange(text);
    return range && formatRange(range);
  }
  const { network, prefixLength } = cidr;
  const address = formatIp({ family: network.family, value: network.first });
  return network.first === network.last ? address : `${address}/${prefixLength}`;
}

const BITS = { 4: 32, 6: 128 } as const;

/** The networks that a host consists of. Exim compares addresses with networks only. */
export function networksOf(host: string): string[] {
  const range = parseRange(host);
  if (range === undefined) return [];
  const { family, last } = range;
  const networks: string[] = [];
  for (let { first } = range; first <= last;) {
    let size = 1n;
    let bits: number = BITS[family];
    while (bits > 0 && first % (size * 2n) === 0n && first + size * 2n - 1n <= last) {
      size *= 2n;
      bits -= 1;
    }
    networks.push(`${formatIp({ family, value: first })}/${bits}`);
    first += size;
  }
  return networks;
}

/** True if mail from every address of a network is trusted by one of the hosts. */
export function isTrusted(hosts: readonly TrustedHost[], network: IpRange): boolean {
  const { family, first, last } = network;
  return hosts.some(({ host }) => {
    const range = parseRange(host);
    return range !== undefined && [first, last].every((value) => contains(range, { family, value }));
  });
}

/** The networks of the server’s own addresses, as WHM groups them: `192.0.2.0/24`. */
export function netblocksOf(addresses: readonly string[]): ReadonlyMap<string, IpRange> {
  const blocks = addresses.flatMap((address) => {
    const ip = parseIp(address);
    const text = ip && readHost(`${address}/${ip.family === 4 ? 24 : 64}`);
    const network = text === undefined ? undefined : parseCidr(text)?.network;
    return text === undefined || network === undefined ? [] : [[text, network] as const];
  });
  return new Map(blocks);
}
