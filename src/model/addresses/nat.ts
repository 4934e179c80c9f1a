// A server behind NAT: which public address belongs to a local one, one to one.
import type { Db } from '../../core/context.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { kindOf, parseIp } from './ip.ts';

/** By local address. */
export async function publicAddresses(db: Db): Promise<Map<string, string>> {
  const rows = await db.all<{ local: string; public: string }>(
    'SELECT local_ip AS local, public_ip AS public FROM nat_address WHERE server = ?',
    db.server,
  );
  return new Map(rows.map((row) => [row.local, row.public]));
}

/** The address itself if none is set. */
export async function findPublicAddress(db: Db, local: string): Promise<string> {
  const row = await db.get<{ ip: string }>(
    'SELECT public_ip AS ip FROM nat_address WHERE server = ? AND local_ip = ?',
    ...[db.server, local],
  );
  return row?.ip ?? local;
}

/**
 * The same address for both removes what was set.
 * @throws ApiError `bad_param` for a public address that no server in the Internet has, or that belongs to another local one.
 */
export async function setPublicAddress(db: Db, local: string, publicAddress: string): Promise<void> {
  if (local !== publicAddress) await assertFree(db, local, publicAddress);
  await db.run('DELETE FROM nat_address WHERE server = ? AND local_ip = ?', db.server, local);
  if (local === publicAddress) return;
  await db.run(
    'INSERT INTO nat_address (server, local_ip, public_ip) VALUES (?, ?, ?)',
    ...[db.server, local, publicAddress],
  );
}

/** @throws ApiError `host_failed` if the Internet saw another address than the one that is set. */
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

/** ipaddr.js’s words. A private address can be public to another private network. */
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
