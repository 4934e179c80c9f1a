// A server behind NAT: maps each local address to one public address.
import type { Db } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { kindOf, parseIp } from './ip.ts';

/** The public addresses by local address. */
export async function publicAddresses(db: Db): Promise<Map<string, string>> {
  const rows = await db.all<{ local: string; public: string }>(
    'SELECT local_ip AS local, public_ip AS public FROM nat_address WHERE server = ?',
    db.server,
  );
  return new Map(rows.map((row) => [row.local, row.public]));
}

/** Returns the address itself if no public address is set. */
export async function findPublicAddress(db: Db, local: string): Promise<string> {
  const row = await db.get<{ ip: string }>(
    'SELECT public_ip AS ip FROM nat_address WHERE server = ? AND local_ip = ?',
    ...[db.server, local],
  );
  return row?.ip ?? local;
}

/**
 * Sets a public address. If both addresses are equal, the mapping is removed.
 * @throws ApiError `bad_param` for an address that cannot be public, or that is mapped to another local address.
 */
export async function setPublicAddress(db: Db, local: string, publicAddress: string): Promise<void> {
  if (local !== publicAddress) await assertFree(db, local, publicAddress);
  await removePublicAddress(db, local);
  if (local === publicAddress) return;
  await db.run(
    'INSERT INTO nat_address (server, local_ip, public_ip) VALUES (?, ?, ?)',
    ...[db.server, local, publicAddress],
  );
}

export async function removePublicAddress(db: Db, local: string): Promise<void> {
  await db.run('DELETE FROM nat_address WHERE server = ? AND local_ip = ?', db.server, local);
}

/** @throws ApiError `host_failed` if the Internet sees a different address than the one that is set. */
export async function assertPublicAddress(db: Db, local: string, seen: string): Promise<void> {
  const expected = await findPublicAddress(db, local);
  if (expected === seen) return;
  throw new ApiError(
    'host_failed',
    expected === local
      ? `The Internet knows ${local} as ${seen}. Set that with nat_set_public_ip.`
      : `The Internet knows ${local} as ${seen}, but ${expected} is set. Correct it with nat_set_public_ip.`,
  );
}

/** ipaddr.js’s names. Private addresses are allowed, because they can be public in a surrounding private network. */
const NOT_PUBLIC = ['unspecified', 'broadcast', 'multicast', 'loopback', 'linkLocal'];

async function assertFree(db: Db, local: string, publicAddress: string): Promise<void> {
  const ip = parseIp(publicAddress);
  if (ip === undefined || NOT_PUBLIC.includes(kindOf(ip))) {
    throw badParam(
      `The parameter “public_ip” should be an address that a host can have, not ${quote(publicAddress)}.`,
    );
  }
  const other = await db.get<{ local: string }>(
    'SELECT local_ip AS local FROM nat_address WHERE server = ? AND public_ip = ? AND local_ip <> ?',
    ...[db.server, publicAddress, local],
  );
  if (other !== undefined) {
    throw badParam(
      `${publicAddress} is the public address of ${other.local}. Set another one for that address first.`,
    );
  }
}
