// The domains that an account will have once a domain is added, changed or removed.
import type { Context } from '../../../core/context.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../../capabilities/accounts/rules/accounts.ts';
import type { ChangedDomains } from '../../../capabilities/domains/rules/changed-domains.ts';
import { primariesOf } from '../../../capabilities/web/rules/primary-hosts.ts';
import { readDocumentRoot } from '../../../capabilities/domains/rules/document-root.ts';
import { isOn } from '../../../capabilities/domains/rules/flags.ts';
import { findDomain, listOf, type HostedDomain } from '../../../capabilities/domains/rules/hosted-domains.ts';
import { assertWithinLimits } from '../../../capabilities/domains/rules/limits.ts';
import { isWildcard } from '../../../core/wildcards.ts';
import { assertForeignName, assertName, assertSubdomain, type FoundAuthority } from './rules.ts';

type Dependencies = Pick<Context, 'db' | 'caller' | 'system'>;

/** Names of parameters, for errors. */
interface Given {
  readonly param: string;
  readonly given: string;
}

/**
 * Finds the account below whose domain a new subdomain would be.
 * @throws ApiError `bad_param` if there is none that the caller may see.
 */
export async function ownerOfParent({ db, caller }: Context, domain: string): Promise<accounts.Account> {
  const labels = domain.split('.');
  for (let at = 1; at < labels.length - 1; at++) {
    const found = await findDomain(db, labels.slice(at).join('.'));
    if (found === undefined) continue;
    if (!accounts.maySee(caller, found.account)) break;
    accounts.assertHere(db, found.account);
    return found.account;
  }
  throw badParam(
    `${quote(domain)} is not a subdomain of a domain of your accounts. Run get_domain_info to list the domains.`,
  );
}

/** @throws ApiError `bad_param`, `denied`, `limit_reached`. */
export async function withSubdomain(
  context: Dependencies,
  account: accounts.Account,
  { domain, root, force }: { domain: string; root: Given; force?: boolean },
): Promise<ChangedDomains> {
  const before = await start(context, account);
  const after = [...before, await newSubdomain(context, account, { domain, root, force })];
  assertWithinLimits(account, before, after);
  return { account, before, after };
}

/**
 * A domain that a virtual host of the account serves as well: a parked domain of the main domain, or an addon domain of
 * a subdomain.
 * @throws ApiError `bad_param`, `denied`, `limit_reached`.
 */
export async function withAlias(
  context: Dependencies,
  account: accounts.Account,
  { domain, host, force }: { domain: string; host: Given; force?: boolean },
  authority?: FoundAuthority,
): Promise<ChangedDomains> {
  const before = await start(context, account);
  await assertName(context, { domain, kind: 'domain', force });
  await assertForeignName(context, account, domain, authority);
  if (isWildcard(host.given)) {
    throw badParam(
      `The parameter “${host.param}” should be the main domain or another subdomain: the wildcard subdomain ` +
        `${quote(host.given)} serves only names below its parent domain.`,
    );
  }
  const isMain = host.given === account.domain;
  if (!isMain && !before.some(({ type, domain: name }) => type === 'sub' && name === host.given)) {
    throw badParam(
      `The parameter “${host.param}” should be the main domain or a subdomain of “${account.username}”, not ` +
        `${quote(host.given)}.`,
    );
  }
  const after = [...before, alias(account, { domain, host: host.given })];
  assertWithinLimits(account, before, after);
  return { account, before, after };
}

/** A new domain with a document root of its own, and the subdomain of the main domain that serves it. */
export async function withAddon(
  context: Dependencies,
  account: accounts.Account,
  { domain, subdomain, root }: { domain: string; subdomain: string; root: Given },
  authority?: FoundAuthority,
): Promise<ChangedDomains> {
  const before = await start(context, account);
  await assertName(context, { domain, kind: 'domain' });
  await assertForeignName(context, account, domain, authority);
  if (isWildcard(subdomain)) {
    throw badParam(`A wildcard subdomain, such as ${quote(subdomain)}, cannot serve an addon domain.`);
  }
  const host = await newSubdomain(context, account, { domain: subdomain, root });
  const after = [...before, host, alias(account, { domain, host: subdomain })];
  assertWithinLimits(account, before, after);
  return { account, before, after };
}

/**
 * An addon domain goes with its subdomain, unless that serves other domains too.
 * @throws ApiError `bad_param` for a main domain, and for one that others depend on.
 */
export async function without(
  { db }: Pick<Context, 'db'>,
  account: accounts.Account,
  domain: string,
): Promise<ChangedDomains & { readonly removed: HostedDomain }> {
  const before = await listOf(db, account.username);
  if (domain === account.domain) {
    throw badParam(
      `“${domain}” is the main domain of “${account.username}”. Change it with modifyacct, or remove the account with ` +
        'removeacct.',
    );
  }
  const removed = before.find((one) => one.domain === domain);
  if (removed === undefined) throw notFound(`The account “${account.username}” has no domain “${domain}”.`);
  const { type, servedBy } = removed;
  const hasOthers = before.some((one) => one.servedBy === servedBy && one.domain !== domain);
  const gone = type === 'addon' && !hasOthers ? [domain, servedBy] : [domain];
  const after = before.filter((one) => !gone.includes(one.domain));
  for (const one of after) {
    if (one.servedBy === domain) {
      throw badParam(
        `The subdomain “${domain}” serves the domain “${one.domain}”. Remove that domain first.`,
      );
    }
    const isBelow = gone.some((name) => one.domain.endsWith(`.${name}`));
    if (isBelow && one.type === 'sub') {
      throw badParam(`“${one.domain}” is a subdomain of “${domain}”. Remove it first.`);
    }
  }
  const primary = Object.values(await primariesOf(db, account, account));
  const host = primary.find((name) => gone.includes(name));
  if (host !== undefined) {
    throw badParam(
      `“${host}” answers for unknown names. Choose another domain with set_primary_servername first.`,
    );
  }
  return { account, before, after, removed };
}

/** @param domain a subdomain, or an addon domain, whose subdomain then gets the document root. */
export async function withDocumentRoot(
  context: Pick<Context, 'db'>,
  account: accounts.Account,
  { domain, root }: { domain: string; root: Given },
): Promise<ChangedDomains> {
  const before = await listOf(context.db, account.username);
  const found = before.find((one) => one.domain === domain);
  const servername = found?.servedBy ?? found?.domain;
  const host = before.find((one) => one.domain === servername && one.type === 'sub');
  if (host === undefined) {
    throw badParam(`“${domain}” is not a subdomain or an addon domain of “${account.username}”.`);
  }
  const documentRoot = await rootOf(context, account, root);
  const after = before.map((one) => (one === host ? { ...one, documentRoot } : one));
  return { account, before, after };
}

async function start({ db }: Dependencies, account: accounts.Account): Promise<readonly HostedDomain[]> {
  if (account.suspendedAt !== null) {
    throw badParam(`The account “${account.username}” is suspended. Unsuspend it with unsuspendacct first.`);
  }
  return listOf(db, account.username);
}

async function newSubdomain(
  context: Dependencies,
  account: accounts.Account,
  { domain, root, force }: { domain: string; root: Given; force?: boolean | undefined },
): Promise<HostedDomain> {
  await assertName(context, { domain, kind: 'subdomain', force });
  await assertSubdomain(context, domain);
  const documentRoot = await rootOf(context, account, root);
  return { domain, username: account.username, type: 'sub', servedBy: null, documentRoot };
}

async function rootOf({ db }: Pick<Context, 'db'>, { home }: accounts.Account, root: Given): Promise<string> {
  return readDocumentRoot({ home }, { ...root, isPublicOnly: await isOn(db, 'publichtmlsubsonly') });
}

function alias(
  { username, domain: main }: accounts.Account,
  { domain, host }: { domain: string; host: string },
): HostedDomain {
  const type = host === main ? 'parked' : 'addon';
  return { domain, username, type, servedBy: host, documentRoot: null };
}
