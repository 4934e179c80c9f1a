// The owner of a zone: the account that has it as its domain, or the user for whom it was added. Otherwise root.
import { seesAll } from '../../../core/access.ts';
import type { Caller, Db } from '../../../core/context.ts';
import { denied, notFound } from '../../../core/errors.ts';
import { type Account, find, maySee, visibleTo } from '../../accounts/rules/accounts.ts';
import { findDomain } from '../../domains/rules/hosted-domains.ts';
import * as copies from '../../../ground/rules/machine-copies.ts';
import { type ZoneText, zoneFileOf } from './changed-zone.ts';
import type { ZoneFile } from './zone-file.ts';

export interface ZoneOwner {
  readonly username: string;
  /** Undefined for root, and for a reseller without an account. */
  readonly account: Account | undefined;
}

/** Undefined if no owner is stored: the zone belongs to root. */
export async function ownerOf(db: Db, zone: string): Promise<ZoneOwner | undefined> {
  const account = (await findDomain(db, zone))?.account;
  if (account !== undefined) return { username: account.username, account };
  const row = await db.get<{ username: string }>(
    'SELECT username FROM dns_zone WHERE server = ? AND name = ?',
    db.server,
    zone,
  );
  return row && { username: row.username, account: await find(db, row.username) };
}

export async function set(db: Db, zone: string, username: string): Promise<void> {
  await forget(db, zone);
  await db.run('INSERT INTO dns_zone (server, name, username) VALUES (?, ?, ?)', db.server, zone, username);
}

export async function forget(db: Db, zone: string): Promise<void> {
  await db.run('DELETE FROM dns_zone WHERE server = ? AND name = ?', db.server, zone);
  // Otherwise --rebuild would create a zone again that was removed on purpose.
  await copies.forget(db, 'zone', zone);
}

/** The zones of an account, sorted: those of its domains and those that were added for it. */
export async function listOf(
  db: Db,
  { username, domain }: Pick<Account, 'username' | 'domain'>,
): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    `SELECT name FROM dns_zone WHERE server = ? AND username = ?
       AND name NOT IN (SELECT domain FROM account WHERE username <> ?)
       AND name NOT IN (SELECT domain FROM hosted_domain WHERE username <> ?)
     UNION SELECT domain FROM hosted_domain WHERE username = ? AND domain NOT LIKE '*.%'`,
    ...[db.server, username, username, username, username],
  );
  return [...new Set([domain, ...rows.map(({ name }) => name)])].sort();
}

/** Root, the zone's owner, and the reseller who owns that account. */
export async function mayUse(db: Db, caller: Caller, zone: string): Promise<boolean> {
  return seesAll(caller) || isOf(caller, await ownerOf(db, zone));
}

/** True if a reseller or one of its accounts owns the zone. */
export function isOf(caller: Caller, owner: ZoneOwner | undefined): boolean {
  if (owner === undefined) return false;
  return owner.username === caller.user || (owner.account !== undefined && maySee(caller, owner.account));
}

/** Selects the zones that the caller may use. */
export async function usable(db: Db, caller: Caller, zones: readonly string[]): Promise<string[]> {
  if (seesAll(caller)) return [...zones];
  const { where, values } = visibleTo(db, caller);
  const rows = await db.all<{ name: string }>(
    `SELECT domain AS name FROM account WHERE (${where}) OR username = ?
     UNION SELECT name FROM dns_zone WHERE server = ? AND (username = ?
       OR username IN (SELECT username FROM account WHERE ${where}))
     UNION SELECT domain FROM hosted_domain WHERE username = ?
       OR username IN (SELECT username FROM account WHERE ${where})`,
    ...[...values, caller.user, db.server, caller.user, ...values, caller.user, ...values],
  );
  const names = new Set(rows.map(({ name }) => name));
  return zones.filter((zone) => names.has(zone));
}

/**
 * Checks a caller's access to a zone. @throws ApiError `denied`, also if the zone does not exist, so that resellers
 * cannot find out which zones others have; `not_found` with the text that clients match
 */
export async function open<Found extends ZoneText>(
  db: Db,
  caller: Caller,
  name: string,
  found: Found | undefined,
): Promise<{ found: Found; file: ZoneFile }> {
  if (!(await mayUse(db, caller, name))) throw noAccess(name);
  if (found === undefined) throw notFound('Zone does not exist.');
  return { found, file: zoneFileOf(found) };
}

export function noAccess(zone: string): Error {
  return denied(`You do not have access to the DNS zone “${zone}”.`);
}
