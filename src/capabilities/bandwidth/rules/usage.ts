// The bytes that accounts sent. Each protocol adds its own; today it is http.
import type { Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { listOf } from '../../domains/rules/hosted-domains.ts';
import { daysOf, type Month } from './months.ts';

export const protocols = ['http'] as const;
export type Protocol = (typeof protocols)[number];

export interface Count {
  /** A domain of an account. */
  readonly name: string;
  /** YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly bytes: number;
}

/** Adds counts to the accounts of this server. @returns the bytes of names that no account has. */
export async function add(db: Db, protocol: Protocol, counts: readonly Count[]): Promise<number> {
  const owners = await ownersOf(db, [...new Set(counts.map(({ name }) => name))]);
  let ofNobody = 0;
  for (const { name, day, bytes } of counts) {
    const username = owners.get(name);
    const owner = username === undefined ? await formerOwner(db, name) : { username, removedAt: 0 };
    if (owner === undefined) ofNobody += bytes;
    else await addTo(db, owner, { name, day, bytes, protocol });
  }
  return ofNobody;
}

interface Owner {
  readonly username: string;
  /** 0: the present account of this name. */
  readonly removedAt: number;
}

/** The account that had a domain until recently. */
function formerOwner(db: Db, domain: string): Promise<Owner | undefined> {
  return db.get<Owner>(
    `SELECT username, removed_at AS "removedAt" FROM bandwidth_former_domain WHERE server = ? AND domain = ?`,
    ...[db.server, domain],
  );
}

/** An account no longer has a domain. What its sites have sent is counted a few minutes later. */
export async function keepFormer(db: Db, domain: string, owner: Owner, now: number): Promise<void> {
  await db.run(
    `INSERT INTO bandwidth_former_domain (server, domain, username, removed_at, lost_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (server, domain) DO UPDATE SET username = excluded.username, removed_at = excluded.removed_at,
       lost_at = excluded.lost_at`,
    ...[db.server, domain, owner.username, owner.removedAt, now],
  );
}

/** Longer than logs are kept uncounted, even if no task runs for a while. */
const FORMER_MS = 30 * 86_400_000;

export async function forgetFormer(db: Db, now: number): Promise<void> {
  await db.run(
    'DELETE FROM bandwidth_former_domain WHERE server = ? AND lost_at < ?',
    ...[db.server, now - FORMER_MS],
  );
}

async function addTo(
  db: Db,
  { username, removedAt }: Owner,
  { name, day, bytes, protocol }: Count & { protocol: Protocol },
): Promise<void> {
  await db.run(
    `INSERT INTO bandwidth (server, username, removed_at, day, domain, protocol, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (username, removed_at, day, domain, protocol)
     DO UPDATE SET bytes = bandwidth.bytes + excluded.bytes`,
    ...[db.server, username, removedAt, day, name, protocol, bytes],
  );
}

/** Returns the usernames of this server's accounts by their domains. */
async function ownersOf(db: Db, domains: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { eachOf } = db.dialect;
  const list = JSON.stringify(domains);
  const rows = await db.all<{ domain: string; username: string }>(
    `SELECT account.domain, account.username FROM ${eachOf('?', 'counted')}
     CROSS JOIN account WHERE account.domain = counted.value AND account.server = ?
     UNION ALL
     SELECT hosted_domain.domain, account.username FROM ${eachOf('?', 'counted')}
     CROSS JOIN hosted_domain JOIN account ON account.username = hosted_domain.username
     WHERE hosted_domain.domain = counted.value AND account.server = ?`,
    ...[list, db.server, list, db.server],
  );
  return new Map(rows.map(({ domain, username }) => [domain, username]));
}

/** Returns the bytes of an account in a month. */
export async function ofMonth(db: Db, username: string, month: Month): Promise<number> {
  const row = await db.get<{ bytes: number | null }>(
    `SELECT sum(bytes) AS bytes FROM bandwidth WHERE username = ? AND removed_at = 0 AND day BETWEEN ? AND ?`,
    username,
    ...daysOf(month),
  );
  return row?.bytes ?? 0;
}

/** Keeps the usage of an account that is being removed apart from a later account of the same name. */
export async function keepOfRemoved(db: Db, account: Account, now: number): Promise<void> {
  const { username, domain, owner, ip } = account;
  for (const table of ['bandwidth', 'bandwidth_former_domain']) {
    await db.run(`UPDATE ${table} SET removed_at = ? WHERE username = ? AND removed_at = 0`, now, username);
  }
  for (const name of [domain, ...(await listOf(db, username)).map((one) => one.domain)]) {
    await keepFormer(db, name, { username, removedAt: now }, now);
  }
  const reseller = await db.get('SELECT 1 AS found FROM reseller WHERE username = ?', username);
  await db.run(
    `INSERT INTO bandwidth_removed_account
       (username, removed_at, server, domain, owner, package, ip, is_reseller, bandwidth_limit)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[username, now, db.server, domain, owner, account.package, ip, reseller === undefined ? 0 : 1],
    account.settings.bandwidthLimit,
  );
}

export async function rename(db: Db, from: string, to: string): Promise<void> {
  for (const table of ['bandwidth', 'bandwidth_former_domain']) {
    await db.run(`UPDATE ${table} SET username = ? WHERE username = ? AND removed_at = 0`, to, from);
  }
}
