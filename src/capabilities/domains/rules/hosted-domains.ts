// The domains of accounts besides their main domains: parked domains, subdomains and addon domains.
import type { Caller, Db } from '../../../core/context.ts';
import type { Dialect } from '../../../core/dialect.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import type { Condition } from '../../../ground/rules/list-in-sql.ts';

export interface HostedDomain {
  /** In lower case. */
  readonly domain: string;
  readonly username: string;
  readonly type: 'parked' | 'sub' | 'addon';
  /** The main domain or the subdomain whose virtual host has this domain as an alias. Null for a subdomain. */
  readonly servedBy: string | null;
  /** Below the home: `public_html/shop`. Null for an alias. */
  readonly documentRoot: string | null;
}

/** Any domain of an account, also its main domain. */
export interface FoundDomain {
  readonly domain: string;
  readonly account: accounts.StoredAccount;
  readonly type: 'main' | HostedDomain['type'];
  /** The name of the virtual host that serves it. */
  readonly servername: string;
}

const selected = 'domain, username, type, served_by AS "servedBy", document_root AS "documentRoot"';

/** Finds a domain of any account on any server, without checking whether the caller may see it. */
export async function findDomain(db: Db, domain: string): Promise<FoundDomain | undefined> {
  const main = await accounts.findByDomain(db, domain);
  if (main !== undefined) return { domain, account: main, type: 'main', servername: domain };
  const hosted = await find(db, domain);
  const account = hosted && (await accounts.find(db, hosted.username));
  if (hosted === undefined || account === undefined) return undefined;
  return { domain, account, type: hosted.type, servername: hosted.servedBy ?? domain };
}

/** An account that has a domain. */
export interface DomainOwner {
  readonly domain: string;
  readonly username: string;
  readonly owner: string;
}

/** Selects the accounts, on any server, that have the domains in a JSON list, which is bound twice. */
export function ownersSql({ eachOf }: Dialect): string {
  const wanted = `SELECT value FROM ${eachOf('?', 'wanted')}`;
  return `SELECT domain, username, owner FROM account WHERE domain IN (${wanted})
     UNION ALL SELECT hosted_domain.domain, account.username, owner FROM hosted_domain
     JOIN account ON account.username = hosted_domain.username WHERE hosted_domain.domain IN (${wanted})`;
}

/**
 * Finds a domain of an account of this server.
 * @throws ApiError `not_found`, also if the caller may not see the account.
 */
export async function getDomain(db: Db, caller: Caller, domain: string): Promise<FoundDomain> {
  const found = await findDomain(db, domain);
  if (found === undefined || !accounts.maySee(caller, found.account)) {
    throw notFound(`You do not have an account with the domain “${domain}”.`);
  }
  accounts.assertHere(db, found.account);
  return found;
}

/** Finds a domain that is not a main domain. */
export function find(db: Db, domain: string): Promise<HostedDomain | undefined> {
  return db.get<HostedDomain>(`SELECT ${selected} FROM hosted_domain WHERE domain = ?`, domain);
}

/** Lists the domains of an account besides its main domain, sorted. */
export function listOf(db: Db, username: string): Promise<HostedDomain[]> {
  return db.all<HostedDomain>(
    `SELECT ${selected} FROM hosted_domain WHERE username = ? ORDER BY domain`,
    username,
  );
}

/** The same for several accounts, by username. An account without such domains is not in the map. */
export async function listOfEach(
  db: Db,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, readonly HostedDomain[]>> {
  const rows = await db.all<HostedDomain>(
    `SELECT ${selected} FROM hosted_domain
     WHERE username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')}) ORDER BY username, domain`,
    JSON.stringify(usernames),
  );
  const found = new Map<string, HostedDomain[]>();
  for (const row of rows) {
    const own = found.get(row.username);
    if (own === undefined) found.set(row.username, [row]);
    else own.push(row);
  }
  return found;
}

/** A domain of the virtual host of another one. */
export type Alias = Pick<HostedDomain, 'domain' | 'type'>;

/** Selects the aliases of the accounts in a JSON list of usernames, with `servedBy`, in the order of `listOf`. */
export const aliasesSql = ({ eachOf }: Dialect): string =>
  `SELECT domain, type, served_by AS "servedBy" FROM hosted_domain WHERE served_by IS NOT NULL
   AND username IN (SELECT value FROM ${eachOf('?', 'wanted')}) ORDER BY username, domain`;

/** Returns those of the domains that belong to any account, as its main domain or another one. */
export function taken(db: Db, domains: readonly string[]): Promise<ReadonlySet<string>> {
  return domainsAmong(db, domains, { where: 'TRUE', values: [] });
}

/** Like `taken`, without the domains of this account. */
export function takenByOthers(
  db: Db,
  username: string,
  domains: readonly string[],
): Promise<ReadonlySet<string>> {
  return domainsAmong(db, domains, { where: 'username <> ?', values: [username] });
}

/** One value has all of the domains, because statements have only so many. */
async function domainsAmong(
  db: Db,
  domains: readonly string[],
  { where, values }: Condition,
): Promise<ReadonlySet<string>> {
  if (domains.length === 0) return new Set();
  const sought = [...values, JSON.stringify(domains)];
  const isSought = `${where} AND domain IN (SELECT value FROM ${db.dialect.eachOf('?', 'sought')})`;
  const rows = await db.all<{ domain: string }>(
    `SELECT domain FROM account WHERE ${isSought} UNION SELECT domain FROM hosted_domain WHERE ${isSought}`,
    ...[...sought, ...sought],
  );
  return new Set(rows.map(({ domain }) => domain));
}

/** Returns the domains of any account that begin with one of these labels, such as `www`. */
export async function beginningWith(db: Db, labels: readonly string[]): Promise<ReadonlySet<string>> {
  // “/” follows “.” in ASCII, so that the indexes on domains find them.
  const isBetween = labels.map(() => '(domain >= ? AND domain < ?)').join(' OR ');
  const bounds = labels.flatMap((label) => [`${label}.`, `${label}/`]);
  const rows = await db.all<{ domain: string }>(
    `SELECT domain FROM account WHERE ${isBetween} UNION ALL SELECT domain FROM hosted_domain WHERE ${isBetween}`,
    ...[...bounds, ...bounds],
  );
  return new Set(rows.map(({ domain }) => domain));
}

/** @throws ApiError `bad_param` if an account already has the domain, as its main domain or another one. */
export async function assertFree(db: Db, domain: string): Promise<void> {
  if ((await taken(db, [domain])).size === 0) return;
  throw badParam(`The domain “${domain}” already belongs to an account. Choose another domain.`);
}

export async function insert(db: Db, hosted: HostedDomain): Promise<void> {
  const { domain, username, type, servedBy, documentRoot } = hosted;
  await db.run(
    'INSERT INTO hosted_domain (domain, username, type, served_by, document_root) VALUES (?, ?, ?, ?, ?)',
    ...[domain, username, type, servedBy, documentRoot],
  );
}

export async function remove(db: Db, domain: string): Promise<void> {
  await db.run('DELETE FROM hosted_domain WHERE domain = ?', domain);
}

/** Stores another virtual host or document root of a domain. */
export async function update(db: Db, { domain, type, servedBy, documentRoot }: HostedDomain): Promise<void> {
  await db.run(
    'UPDATE hosted_domain SET type = ?, served_by = ?, document_root = ? WHERE domain = ?',
    ...[type, servedBy, documentRoot, domain],
  );
}

/** A domain has another name: what it serves is served by the new one. */
export async function rename(db: Db, from: string, to: string): Promise<void> {
  await db.run('UPDATE hosted_domain SET domain = ? WHERE domain = ?', to, from);
  await db.run('UPDATE hosted_domain SET served_by = ? WHERE served_by = ?', to, from);
}
