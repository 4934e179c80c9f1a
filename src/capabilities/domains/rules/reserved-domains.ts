// Domains and zones that nobody may add: those that belong to everybody, to DNS itself, to this server or to well-known
// others. Every function that adds a domain or a zone asks here.
import { seesAll } from '../../../core/access.ts';
import type { Context, Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam, denied } from '../../../core/errors.ts';
import { isWildcard } from '../../../core/wildcards.ts';
import * as nameservers from './nameservers.ts';
import { listNameserversOfOthers } from '../../accounts/rules/resellers/addresses.ts';
import { isOn } from './flags.ts';
import * as mailPolicies from './mail-policies.ts';
import { domainOfPolicyName, isPolicyName } from './mail-policies.ts';

type Dependencies = Pick<Context, 'db' | 'caller' | 'system'>;

/** For the functions of root and resellers that add a domain. */
export const forceParam = {
  type: 'flag',
  default: 0,
  doc: '1: also add a domain that is reserved, a public suffix such as co.uk, or a well-known domain of others. Requires root.',
  extension: true,
} as const satisfies Param;

export interface NewName {
  readonly domain: string;
  /**
   * A zone can have the name of this server, a domain of an account cannot. A subdomain is below a domain that the
   * account already has.
   */
  readonly kind: 'domain' | 'subdomain' | 'zone';
  /** Root adds it in spite of the rules. */
  readonly force?: boolean | undefined;
}

/** @throws ApiError `denied`, or `bad_param` for root. */
export async function assertNotReserved(
  context: Dependencies,
  { domain, kind, force = false }: NewName,
): Promise<void> {
  const { db, caller, system } = context;
  const isRoot = seesAll(caller);
  const name = isWildcard(domain) ? domain.slice(2) : domain;
  const hostname = system.hostname().toLowerCase();
  if (kind !== 'zone' && domain === hostname) {
    throw badParam(`“${domain}” is the name of this server, so it cannot be a domain of an account.`);
  }
  await assertServesNoPolicy(db, name);
  if (force && !isRoot) throw denied('Only root can add a reserved domain (force).');
  if (!isRoot) await assertNotOfServer(context, name, kind === 'zone' ? 'zone' : 'domain', hostname);
  if (force) return;
  const problem = await problemOf(db, name, { isRoot, isBelowOwn: kind === 'subdomain' });
  if (problem === undefined) return;
  const { reason, setting } = problem;
  const named = setting === undefined ? '' : ` (${setting})`;
  if (isRoot) throw badParam(`“${domain}” ${reason}${named}. Pass force=1 to add it.`);
  throw denied(`“${domain}” ${reason}. Only root can add it${named}.`);
}

/** A website of this name would take the place of the policy, which senders of mail may have been told to follow. */
async function assertServesNoPolicy(db: Db, name: string): Promise<void> {
  const domain = isPolicyName(name) ? domainOfPolicyName(name) : '';
  if (domain === '' || (await mailPolicies.find(db, domain)) === undefined) return;
  throw badParam(
    `“${name}” serves the mail policy of “${domain}”. Remove the policy with remove_mta_sts_policy first.`,
  );
}

/** Root hosts the domain of the server's own name; nobody else can steer the names of servers. */
async function assertNotOfServer(
  { db, caller }: Dependencies,
  name: string,
  what: 'zone' | 'domain',
  hostname: string,
): Promise<void> {
  if (contains(name, hostname)) {
    throw denied(
      what === 'zone'
        ? `The zone “${name}” would contain the name of this server. Only root can add it.`
        : `“${name}” contains the name of this server. Only root can add it.`,
    );
  }
  const names = [...(await nameservers.list(db)), ...(await listNameserversOfOthers(db, caller.user))];
  const found = names.map((one) => one.toLowerCase().replace(/\.$/, '')).find((one) => contains(name, one));
  if (found === undefined) return;
  throw denied(`“${name}” contains the name of the nameserver “${found}”. Only root can add it.`);
}

const contains = (domain: string, name: string): boolean => name === domain || name.endsWith(`.${domain}`);

/**
 * Top-level names that never lead to an owner in DNS (RFC 6761, 6762, 7686, 9476). The names for examples and tests,
 * “example” and “test”, are not here: nobody can register them either, so hosting them takes nothing from anybody, and
 * sandboxes, tests and documentation need names that can be hosted.
 */
const RESERVED: ReadonlySet<string> = new Set(['localhost', 'invalid', 'local', 'onion', 'alt']);

interface Problem {
  readonly reason: string;
  /** The tweak setting with which the rule can be switched off. */
  readonly setting?: string;
}

async function problemOf(
  db: Db,
  name: string,
  { isRoot, isBelowOwn }: { isRoot: boolean; isBelowOwn: boolean },
): Promise<Problem | undefined> {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (!name.includes('.')) return { reason: 'has only one part, so nobody can own it' };
  if (await isPublicSuffix(name)) {
    return { reason: 'is a public suffix: different people register the domains below it' };
  }
  // Below an existing domain, only the rules above can hurt somebody else.
  if (!isBelowOwn) {
    if (RESERVED.has(last)) return { reason: `ends with “${last}”, which is reserved` };
    if (last === 'arpa' && !isRoot) return { reason: 'belongs to the infrastructure of DNS' };
  }
  if (isWellKnown(name) && (await isOn(db, 'blockcommondomains'))) {
    return { reason: 'is a well-known domain of others', setting: 'blockcommondomains' };
  }
  return undefined;
}

async function isPublicSuffix(name: string): Promise<boolean> {
  // Only calls that add a domain need it.
  return (await import('./public-suffixes.ts')).isPublicSuffix(name);
}

// Domains that so many people use that an account with one of them could receive their mail or passwords. The list is
// short on purpose: it stops attempts at phishing of customers of this server, whose resolver may be its own nameserver.
const wellKnown: ReadonlySet<string> = new Set(
  `aliexpress amazon amazonaws aol apple baidu bing booking cloudflare cnn discord dropbox ebay facebook flickr github
   gitlab gmail gmx google googlemail hotmail icloud imdb instagram kernel letsencrypt linkedin live mastercard medium
   microsoft mozilla msn netflix nytimes office openai outlook paypal pinterest protonmail reddit shopify skype slack
   spotify stackoverflow stripe telegram tiktok twitch twitter ubuntu visa vk wechat whatsapp wikipedia wordpress x
   yahoo yandex youtube zoom`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
const ENDINGS = new Set(['com', 'net', 'org', 'ru', 'de', 'us']);

/** True if it is such a domain or a subdomain of it. */
function isWellKnown(domain: string): boolean {
  const [ending = '', name = ''] = domain.split('.').reverse();
  return ENDINGS.has(ending) && wellKnown.has(name);
}
