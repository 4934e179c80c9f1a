// Domains whose visitors are redirected from HTTP to HTTPS.
import type { Db } from '../../../core/context.ts';
import type { VirtualHost } from '../../domains/rules/virtual-hosts.ts';

/** The domains of an account that are redirected. */
export async function ofUser(db: Db, username: string): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ domain: string }>(
    'SELECT domain FROM https_redirect WHERE username = ? ORDER BY domain',
    username,
  );
  return new Set(rows.map(({ domain }) => domain));
}

export async function set(
  db: Db,
  username: string,
  domains: readonly string[],
  isOn: boolean,
): Promise<void> {
  for (const domain of domains) {
    await forget(db, domain);
    if (!isOn) continue;
    await db.run('INSERT INTO https_redirect (domain, username) VALUES (?, ?)', domain, username);
  }
}

export async function forget(db: Db, domain: string): Promise<void> {
  await db.run('DELETE FROM https_redirect WHERE domain = ?', domain);
}

/** A domain has another name. */
export async function rename(db: Db, from: string, to: string): Promise<void> {
  await forget(db, to);
  await db.run('UPDATE https_redirect SET domain = ? WHERE domain = ?', to, from);
}

type Host = Pick<VirtualHost, 'servername' | 'aliases'>;

/** The names of a virtual host that belong to one of the domains: the domain itself, and www. and mail. before it. */
export function namesOf(
  { servername, aliases }: Host,
  domains: ReadonlySet<string>,
  /** The account's domains: `www.bob.example` can be one. */
  own: ReadonlySet<string>,
): string[] {
  return [servername, ...aliases].filter(
    (name) => domains.has(name) || (!own.has(name) && domains.has(name.replace(/^(?:www|mail)\./, ''))),
  );
}
