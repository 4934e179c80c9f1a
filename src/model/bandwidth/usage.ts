// The bytes that accounts sent. Each protocol adds its own; today it is http.
import type { Db } from '../../core/context.ts';
import type { Account } from '../accounts/accounts.ts';
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
    if (username === undefined) ofNobody += bytes;
    else await addTo(db, username, { name, day, bytes, protocol });
  }
  return ofNobody;
}

async function addTo(
  db: Db,
  username: string,
  { name, day, bytes, protocol }: Count & { protocol: Protocol },
): Promise<void> {
  await db.run(
    `INSERT INTO bandwidth (server, username, removed_at, day, domain, protocol, bytes) VALUES (?, ?, 0, ?, ?, ?, ?)
     ON CONFLICT (username, removed_at, day, domain, protocol)
     DO UPDATE SET bytes = bandwidth.bytes + excluded.bytes`,
    ...[db.server, username, day, name, protocol, bytes],
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
  const moved = await db.run(
    'UPDATE bandwidth SET removed_at = ? WHERE username = ? AND removed_at = 0',
    ...[now, username],
  );
  if (moved === 0) return;
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
  await db.run('UPDATE bandwidth SET username = ? WHERE username = ? AND removed_at = 0', to, from);
}
