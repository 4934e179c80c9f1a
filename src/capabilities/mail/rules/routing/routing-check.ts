// Which zones have changed since the mail servers of their domains were detected.
import type { Db } from '../../../../core/context.ts';

/** Undefined: never. */
export async function checkedUpTo(db: Db): Promise<number | undefined> {
  const row = await db.get<{ changedAt: number }>(
    'SELECT changed_at AS "changedAt" FROM mail_routing_check WHERE server = ?',
    db.server,
  );
  return row?.changedAt;
}

export async function storeCheck(db: Db, changedAt: number): Promise<void> {
  await db.run(
    `INSERT INTO mail_routing_check (server, changed_at) VALUES (?, ?)
     ON CONFLICT (server) DO UPDATE SET changed_at = excluded.changed_at`,
    ...[db.server, changedAt],
  );
}

/** The domains of an account of this server in a zone, which has the name of one of them. Undefined if nobody has it. */
export async function domainsInZone(
  db: Db,
  zone: string,
): Promise<{ readonly username: string; readonly domains: readonly string[] } | undefined> {
  const owner = await db.get<{ username: string }>(
    `SELECT username FROM account WHERE server = ? AND domain = ?
     UNION SELECT account.username FROM hosted_domain JOIN account ON account.username = hosted_domain.username
     WHERE account.server = ? AND hosted_domain.domain = ?`,
    ...[db.server, zone, db.server, zone],
  );
  if (owner === undefined) return undefined;
  const { username } = owner;
  const all = await db.all<{ domain: string }>(
    `SELECT domain FROM account WHERE username = ?
     UNION SELECT domain FROM hosted_domain WHERE username = ? ORDER BY domain`,
    ...[username, username],
  );
  const isIn = (domain: string) => domain === zone || domain.endsWith(`.${zone}`);
  const domains = all.map(({ domain }) => domain).filter((one) => isIn(one) && !one.startsWith('*'));
  return { username, domains };
}
