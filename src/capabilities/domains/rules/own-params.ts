// The parameters of UAPI and API 2 that name domains of the account, in the forms that clients of cPanel send.
import type { Caller, Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { hostName } from '../../../ground/rules/accounts/names.ts';
import { listOf, type HostedDomain } from './hosted-domains.ts';
import type { OwnDomains } from './own-domains.ts';
import { virtualHostsOf, type VirtualHost } from './virtual-hosts.ts';
import { plainName } from '../../../core/wildcards.ts';

/** A subdomain: `shop`, `shop.bob.example` or `shop_bob.example`; with `*` instead of `shop`, a wildcard subdomain. */
export const subdomainParam = {
  type: 'string',
  maxLength: 253,
  pattern: {
    matches: /^(?:\*|(?:\*[._])?[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?)$/i,
    expects: 'a subdomain such as shop, shop.example.com or *',
  },
  lowerCase: true,
  doc: 'The subdomain.',
} as const satisfies Param;

export const folderParam = {
  type: 'string',
  maxLength: 1024,
  doc: 'The document root, below the home: public_html/shop. Default: the folder in public_html with the name of the domain.',
} as const satisfies Param;

export const disallowDot = {
  type: 'flag',
  default: 0,
  doc: '1: remove the dots of the subdomain’s name: a.b becomes ab.',
} as const satisfies Param;

export const regexParam = {
  type: 'string',
  maxLength: 1024,
  doc: 'List only the domains that this regular expression (RE2) matches.',
} as const satisfies Param;

export const httpsRedirects = {
  type: 'flag',
  default: 0,
  doc: '1: also return which domains are redirected to HTTPS, and which can be.',
} as const satisfies Param;

export const canonicalName = {
  type: 'flag',
  doc: 'Whether the web server uses the subdomain’s name, and not that of the request, in redirects.',
  noEffectReason: 'the web server uses the name of the request for all domains.',
} as const satisfies Param;

export const forceParam = {
  type: 'flag',
  default: 0,
  doc: 'Whether to add the domain although another server has its zone.',
  noEffectReason: 'the tweak settings for domains decide which domains can be added.',
} as const satisfies Param;

/** The whole name of a subdomain. @param given its name, with or without the parent domain. */
export function fullName(given: string, parent: string, noDots = false): string {
  const end = [`.${parent}`, `_${parent}`].find((one) => given.endsWith(one));
  const name = end === undefined ? given : given.slice(0, -end.length);
  const full = `${noDots ? name.replaceAll('.', '') : name}.${parent}`;
  if (plainName(full).length <= hostName.maxLength && hostName.pattern.matches.test(full)) return full;
  throw badParam(
    `${quote(given)} cannot be a subdomain of “${parent}”. Use letters, digits and “-”, or “*” for all names.`,
  );
}

/** The parameter “dir” in the form of WHM’s functions. Clients write `/public_html/shop` for a folder of the home. */
export function folderOf(given: string | undefined, domain: string): string {
  if (given === undefined || given === '') return `public_html/${plainName(domain)}`;
  return given.startsWith('/public_html') ? given.slice(1) : given;
}

/** @throws ApiError `bad_param` unless it is the main domain, a parked or an addon domain of the account. */
export async function assertRoot(db: Db, account: Account, param: string, domain: string): Promise<void> {
  if (domain === account.domain) return;
  const hosted = await listOf(db, account.username);
  if (hosted.some((one) => one.domain === domain && one.type !== 'sub')) return;
  throw notOwn(param, domain);
}

/** A domain of the account of this type. `shop_bob.example` is `shop.bob.example`. @throws ApiError `bad_param`. */
export async function ownDomain(
  db: Db,
  account: Account,
  { param, given, type }: { param: string; given: string; type: HostedDomain['type'] | undefined },
): Promise<HostedDomain> {
  const found = (await listOf(db, account.username)).find(({ domain }) => isSame(domain, given));
  if (found !== undefined && (type === undefined || found.type === type)) return found;
  throw notOwn(param, given, type);
}

/** @throws ApiError `bad_param` unless the account has the domain. */
export function assertOwn({ account, hosted }: OwnDomains, param: string, domain: string): void {
  if (domain !== account.domain && !hosted.some((one) => one.domain === domain)) throw notOwn(param, domain);
}

/** The virtual host with one of the account’s names, also with www. or mail. @throws ApiError `bad_param`. */
export async function ownHostOf(db: Db, account: Account, param: string, name: string): Promise<VirtualHost> {
  const host = (await virtualHostsOf(db, account)).find(
    ({ servername, aliases }) => servername === name || aliases.includes(name),
  );
  if (host === undefined) throw notOwn(param, name);
  return host;
}

/** The same for the account that calls. @throws ApiError `bad_param`. */
export async function ownSiteOf(
  db: Db,
  caller: Caller,
  param: string,
  name: string,
): Promise<{ readonly account: Account; readonly host: VirtualHost }> {
  const account = await accounts.getOwn(db, caller);
  return { account, host: await ownHostOf(db, account, param, name.toLowerCase()) };
}

/** Domains of the account, with commas between them: each once. @throws ApiError `bad_param`. */
export function readOwnDomainList(own: OwnDomains, param: string, given: string): string[] {
  const domains = new Set(given.toLowerCase().split(/[\s,]+/));
  domains.delete('');
  if (domains.size === 0) throw badParam(`The parameter “${param}” should name at least one domain.`);
  for (const domain of domains) assertOwn(own, param, domain);
  return [...domains];
}

export function isSame(domain: string, given: string): boolean {
  return domain === given || (given.includes('_') && domain === given.replaceAll('_', '.'));
}

const named = { sub: 'a subdomain', addon: 'an addon domain', parked: 'a parked domain' } as const;

function notOwn(param: string, given: string, type?: HostedDomain['type']): Error {
  const expected = type === undefined ? 'a domain' : named[type];
  return badParam(`The parameter “${param}” should be ${expected} of your account, not ${quote(given)}.`);
}
