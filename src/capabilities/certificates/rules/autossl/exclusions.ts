// Names that AutoSSL leaves out of the certificates of an account, because the account does not want them there.
import type { Db } from '../../../../core/context.ts';
import type { Field, Param } from '../../../../core/define.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { hostName } from '../../../../ground/rules/accounts/names.ts';
import { namesOf, virtualHostsOf } from '../../../domains/rules/virtual-hosts.ts';
import * as orders from './orders.ts';
import * as problems from './problems.ts';

export const excludedDomain = {
  ...hostName,
  list: true,
  doc: 'A name of the account, such as bob.example or mail.bob.example. Can be repeated.',
} as const satisfies Param;

/** In UAPI, which takes them with commas between them. */
export const excludedDomains = {
  type: 'string',
  maxLength: 65_535,
  doc: 'Names of the account, such as bob.example or mail.bob.example, with commas between them.',
} as const satisfies Param;

/** Reads `excludedDomains`: each once, in lower case. */
export function readExcluded(given: string): string[] {
  return [...new Set(given.toLowerCase().split(/[\s,]+/))].filter((name) => name !== '');
}

/** The same for a call that must name some. @throws ApiError `bad_param` if it names none. */
export function readNamed(param: string, given: string): string[] {
  const names = readExcluded(given);
  if (names.length > 0) return names;
  throw badParam(`The parameter “${param}” should have at least one name.`);
}

export const excludedFields = {
  excluded_domain: { type: 'string', doc: 'A name that AutoSSL leaves out.' },
} as const satisfies Record<string, Field>;

export const show = (domain: string) => ({ excluded_domain: domain });

type Owner = Pick<Account, 'username' | 'domain' | 'home'>;

/** The excluded names of an account, sorted. */
export async function list(db: Db, username: string): Promise<string[]> {
  const rows = await db.all<{ domain: string }>(
    'SELECT domain FROM autossl_exclusion WHERE username = ? ORDER BY domain',
    username,
  );
  return rows.map(({ domain }) => domain);
}

/**
 * Excludes names, besides those that are excluded. Their problems are forgotten, and so are the account’s orders with
 * one of them, unless a task is working on the order or its certificate is issued.
 * @param domains in lower case.
 * @throws ApiError `bad_param` if the account does not have one of them.
 */
export async function add(db: Db, account: Owner, domains: readonly string[]): Promise<void> {
  await assertOwned(db, account, domains);
  const { username } = account;
  for (const domain of domains) {
    await db.run(
      'INSERT INTO autossl_exclusion (username, domain) VALUES (?, ?) ON CONFLICT (username, domain) DO NOTHING',
      ...[username, domain],
    );
  }
  await problems.remove(db, domains);
  const excluded = new Set(domains);
  for (const order of await orders.ofUser(db, username)) {
    const isVoid = order.issued === undefined && order.names.some((name) => excluded.has(name));
    if (isVoid && !(await orders.isWorkedOn(db, order))) await orders.remove(db, order);
  }
}

/** @returns those of the names that were not excluded. */
export async function remove(db: Db, username: string, domains: readonly string[]): Promise<string[]> {
  const others: string[] = [];
  for (const domain of domains) {
    const removed = await db.run(
      'DELETE FROM autossl_exclusion WHERE username = ? AND domain = ?',
      ...[username, domain],
    );
    if (removed === 0) others.push(domain);
  }
  return others;
}

export async function rename(db: Db, username: string, from: string, to: string): Promise<void> {
  await remove(db, username, [from, to]);
  await db.run('INSERT INTO autossl_exclusion (username, domain) VALUES (?, ?)', username, to);
}

/**
 * Excludes these names, and no others.
 * @throws ApiError `bad_param` if the account does not have one of them.
 */
export async function set(db: Db, account: Owner, domains: readonly string[]): Promise<void> {
  const kept = new Set(domains);
  const { username } = account;
  await add(db, account, domains);
  await remove(
    db,
    username,
    (await list(db, username)).filter((domain) => !kept.has(domain)),
  );
}

async function assertOwned(db: Db, account: Owner, domains: readonly string[]): Promise<void> {
  const hosts = await virtualHostsOf(db, account);
  const own = new Set(hosts.flatMap(namesOf));
  const foreign = domains.filter((domain) => !own.has(domain));
  if (foreign.length === 0) return;
  const names = foreign.slice(0, 5).map(quote).join(', ');
  const shown = [...own].slice(0, 5).map(quote).join(', ');
  throw badParam(
    `The account “${account.username}” has no name ${names}${foreign.length > 5 ? ', …' : ''}. Its names are ${shown}` +
      `${own.size > 5 ? ', …' : ''}.`,
  );
}
