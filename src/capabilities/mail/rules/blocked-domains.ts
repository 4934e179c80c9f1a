// Domains whose mail this server refuses.
import type { Db } from '../../../core/context.ts';

export async function listBlocked(db: Db): Promise<string[]> {
  const sql = 'SELECT domain FROM mail_blocked_domain WHERE server = ? ORDER BY domain';
  return (await db.all<{ domain: string }>(sql, db.server)).map(({ domain }) => domain);
}

export async function storeBlocked(db: Db, domains: readonly string[], isBlocked: boolean): Promise<void> {
  for (const domain of domains) {
    await db.run('DELETE FROM mail_blocked_domain WHERE server = ? AND domain = ?', db.server, domain);
    if (isBlocked)
      await db.run('INSERT INTO mail_blocked_domain (server, domain) VALUES (?, ?)', db.server, domain);
  }
}
