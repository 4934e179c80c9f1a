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

/** The domains of accounts of this server in these zones, by account. A zone has the name of a domain. */
export async function domainsInZones(
  db: Db,
  zones: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = `(SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`;
  const owners = await db.all<{ username: string }>(
    `SELECT username FROM account WHERE server = ? AND domain IN ${wanted}
     UNION SELECT account.username FROM hosted_domain JOIN account ON account.username = hosted_domain.username
     WHERE account.server = ? AND hosted_domain.domain IN ${wanted}`,
    ...[db.server, JSON.stringify(zones), db.server, JSON.stringify(zones)],
  );
  const isIn = (domain: string) => zones.some((zone) => domain === zone || domain.endsWith(`.${zone}`));
  const found = new Map<string, readonly string[]>();
  for (const { username } of owners) {
    const domains = await db.all<{ domain: string }>(
      `SELECT domain FROM account WHERE username = ?
       UNION SELECT domain FROM hosted_domain WHERE username = ? ORDER BY domain`,
      ...[username, username],
    );
    found.set(
      username,
      domains.map(({ domain }) => domain).filter((domain) => isIn(domain) && !domain.startsWith('*')),
    );
  }
  return found;
}
