// What is stored of where the mail of domains is kept, once their mail servers were looked up.
import type { Db } from '../../../../core/context.ts';
import type { Detected, MailDomain, MailState } from '../state.ts';

/**
 * The row of a domain if it changes. @param detected undefined: the lookup failed. Then mail goes where it went before.
 * @param first true if nothing is known of the domain yet. Then its mail waits until a lookup succeeds.
 */
export function changedRouting(
  before: MailDomain,
  detected: Detected | undefined,
  first = false,
): readonly MailDomain[] {
  if (before.routing !== 'auto') return [];
  const known = detected ?? (first ? 'unknown' : before.detected);
  const after: MailDomain = { ...before, detected: known, isUnsure: detected === undefined };
  return after.detected === before.detected && after.isUnsure === before.isUnsure ? [] : [after];
}

export function withRoutings(state: MailState, changed: readonly MailDomain[]): MailState {
  const names = new Set(changed.map(({ domain }) => domain));
  return { ...state, domains: [...state.domains.filter(({ domain }) => !names.has(domain)), ...changed] };
}

/** The domains of accounts of this server that can have mail. */
export async function domainsOfServer(db: Db): Promise<string[]> {
  const rows = await db.all<{ domain: string }>(
    `SELECT domain FROM account WHERE server = ?
     UNION SELECT hosted_domain.domain FROM hosted_domain
     JOIN account ON account.username = hosted_domain.username WHERE account.server = ? ORDER BY domain`,
    ...[db.server, db.server],
  );
  return rows.map(({ domain }) => domain).filter((domain) => !domain.startsWith('*'));
}

/** The domains of accounts of this server that can have a zone: all but subdomains. */
export async function listSiteDomains(db: Db): Promise<string[]> {
  const rows = await db.all<{ domain: string }>(
    `SELECT domain FROM account WHERE server = ?
     UNION SELECT hosted_domain.domain FROM hosted_domain
     JOIN account ON account.username = hosted_domain.username
     WHERE account.server = ? AND hosted_domain.served_by IS NOT NULL ORDER BY domain`,
    ...[db.server, db.server],
  );
  return rows.map(({ domain }) => domain);
}

export interface UnsureDomain extends Pick<MailDomain, 'domain' | 'detected'> {
  readonly username: string;
}

/** The domains of accounts of this server whose last lookup failed. */
export const unsureDomains = (db: Db): Promise<UnsureDomain[]> =>
  db.all<UnsureDomain>(
    `SELECT mail_domain.username, mail_domain.domain, mail_domain.detected
     FROM mail_domain JOIN account ON account.username = mail_domain.username
     WHERE account.server = ? AND mail_domain.unsure = 1 ORDER BY mail_domain.username, mail_domain.domain`,
    db.server,
  );
