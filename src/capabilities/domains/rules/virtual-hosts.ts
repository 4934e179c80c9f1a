// The virtual hosts of an account: its main domain and its subdomains, with the names that each answers to.
import type { Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as resellers from '../../accounts/rules/resellers/resellers.ts';
import { PUBLIC_FOLDER } from './document-root.ts';
import {
  beginningWith,
  listOf,
  listOfEach,
  takenByOthers,
  type Alias,
  type HostedDomain,
} from './hosted-domains.ts';
import { allDomains, ofUser, policyNameOf } from './mail-policies.ts';
import {
  areDiscovered,
  areServed,
  derivedLabels,
  serviceNamesFor,
  serviceNamesOf,
} from './service-subdomains.ts';

export interface VirtualHost {
  /** The domain that identifies it. */
  readonly servername: string;
  readonly type: 'main' | 'sub';
  /** The other names of its site, with `www.` and `mail.`. */
  readonly aliases: readonly string[];
  /**
   * The service subdomains of its domains, at which the web server redirects to the services, and the names of their mail
   * policies (`mta-sts.`), at which it has only these.
   */
  readonly services: readonly string[];
  /** Absolute. */
  readonly documentRoot: string;
  readonly addons: readonly string[];
  readonly parked: readonly string[];
}

export type Named = Pick<VirtualHost, 'servername' | 'aliases' | 'services'>;

/** All names at which the virtual host answers, its own first and the service subdomains last. */
export function namesOf(host: Named): string[] {
  return [host.servername, ...host.aliases, ...host.services];
}

/** The same without its own name. */
export const otherNamesOf = (host: Named): string[] => namesOf(host).slice(1);

type Owner = Pick<Account, 'username' | 'domain' | 'home'>;

/**
 * Returns the virtual hosts of an account, that of the main domain first.
 * @param hosted its other domains. Default: those that are stored.
 * @param taken domains that another account is about to get.
 * @param storedAs the stored username, if the account is renamed.
 * @param policies the domains with a mail policy. Default: those that are stored.
 */
export async function virtualHostsOf(
  db: Db,
  account: Owner,
  hosted?: readonly HostedDomain[],
  taken: readonly string[] = [],
  storedAs = account.username,
  policies?: ReadonlySet<string>,
): Promise<VirtualHost[]> {
  const others = hosted ?? (await listOf(db, account.username));
  const servicesOf = withPolicies(
    (await areServed(db)) ? await serviceNamesOf(db, storedAs) : () => [],
    policies ?? new Set((await ofUser(db, storedAs)).keys()),
  );
  const proposed = proposedFor(account, others, servicesOf);
  const derived = proposed.flatMap((one) => [...one.derived, ...one.services]);
  const ofOthers = await takenByOthers(db, account.username, derived);
  const separate = new Set([...ofOthers, ...taken, ...domainsOf(account, others)]);
  return settled(proposed, (name) => separate.has(name));
}

/** The stored virtual hosts of several accounts, by username, with a few queries for all of them. */
export async function virtualHostsOfEach(
  db: Db,
  accounts: readonly Owner[],
): Promise<ReadonlyMap<string, readonly VirtualHost[]>> {
  const usernames = accounts.map(({ username }) => username);
  const hosted = await listOfEach(db, usernames);
  const areResellers = await resellers.among(db, usernames);
  const { derived, servicesOf } = await readNeighbours(db);
  return new Map(
    accounts.map((account) => {
      const { username } = account;
      const services = servicesOf(areResellers.has(username));
      const proposed = proposedFor(account, hosted.get(username) ?? [], services);
      return [username, settled(proposed, (name) => derived.has(name))];
    }),
  );
}

/** What the names of stored virtual hosts depend on besides their own domains. */
export interface Neighbours {
  /** The domains of all accounts that begin as derived names do. */
  readonly derived: ReadonlySet<string>;
  /** The service subdomains of a domain and the name of its mail policy, by whether its account is a reseller. */
  readonly servicesOf: (isReseller: boolean) => (domain: string) => string[];
}

export async function readNeighbours(db: Db): Promise<Neighbours> {
  const none = () => [];
  const policies = await allDomains(db);
  const hasDiscovery = await areDiscovered(db);
  return {
    derived: await beginningWith(db, derivedLabels),
    servicesOf: (await areServed(db))
      ? (isReseller) => withPolicies(serviceNamesFor(isReseller, hasDiscovery), policies)
      : () => withPolicies(none, policies),
  };
}

/** The names of mail policies do not depend on the tweak settings for services. */
function withPolicies(
  servicesOf: (domain: string) => string[],
  policies: ReadonlySet<string>,
): (domain: string) => string[] {
  if (policies.size === 0) return servicesOf;
  return (domain) => [...servicesOf(domain), ...(policies.has(domain) ? [policyNameOf(domain)] : [])];
}

/** One of the stored virtual hosts, from its domain and the aliases that it serves. */
export function hostAmong(
  { derived, servicesOf }: Neighbours,
  account: Pick<Owner, 'home'> & { readonly isReseller: boolean },
  site: SiteOfAccount,
  served: readonly Alias[],
): VirtualHost {
  return settle(proposedHost(account, site, served, servicesOf(account.isReseller)), (name) =>
    derived.has(name),
  );
}

const domainsOf = (account: Owner, others: readonly HostedDomain[]) => [
  account.domain,
  ...others.map(({ domain }) => domain),
];

interface Proposed extends Omit<VirtualHost, 'aliases'> {
  readonly domains: readonly string[];
  /** Names that the virtual host has unless they are domains of their own. `services` too. */
  readonly derived: readonly string[];
}

interface SiteOfAccount extends Pick<VirtualHost, 'servername' | 'type'> {
  /** Below the home. */
  readonly folder: string;
}

function proposedFor(
  account: Owner,
  others: readonly HostedDomain[],
  servicesOf: (domain: string) => string[],
): Proposed[] {
  const own: SiteOfAccount[] = [
    { servername: account.domain, type: 'main', folder: PUBLIC_FOLDER },
    ...others.flatMap(({ domain, documentRoot }) =>
      documentRoot === null ? [] : [{ servername: domain, type: 'sub' as const, folder: documentRoot }],
    ),
  ];
  const servedBy = new Map<string | null, HostedDomain[]>();
  for (const one of others) {
    const served = servedBy.get(one.servedBy);
    if (served === undefined) servedBy.set(one.servedBy, [one]);
    else served.push(one);
  }
  return own.map((site) => proposedHost(account, site, servedBy.get(site.servername) ?? [], servicesOf));
}

function proposedHost(
  { home }: Pick<Owner, 'home'>,
  { servername, type, folder }: SiteOfAccount,
  served: readonly Alias[],
  servicesOf: (domain: string) => string[],
): Proposed {
  const domains = served.map(({ domain }) => domain);
  // All but subdomains, which have no zone of their own.
  const zones = type === 'main' ? [servername, ...domains] : domains;
  return {
    servername,
    type,
    domains,
    // A wildcard subdomain answers to these names anyway.
    derived: [
      ...[servername, ...domains].map((name) => `www.${name}`),
      ...zones.map((name) => `mail.${name}`),
    ].filter((name) => !name.includes('*')),
    services: zones.flatMap(servicesOf),
    documentRoot: `${home}/${folder}`,
    addons: served.filter((one) => one.type === 'addon').map(({ domain }) => domain),
    parked: served.filter((one) => one.type === 'parked').map(({ domain }) => domain),
  };
}

const settled = (proposed: readonly Proposed[], isSeparate: (name: string) => boolean): VirtualHost[] =>
  proposed.map((one) => settle(one, isSeparate));

/** A name that is a domain of its own, of any account, belongs to that domain's virtual host. */
function settle(proposed: Proposed, isSeparate: (name: string) => boolean): VirtualHost {
  const isFree = (name: string) => !isSeparate(name) && name.length <= MAX_LENGTH;
  return {
    servername: proposed.servername,
    type: proposed.type,
    aliases: [...proposed.domains, ...proposed.derived.filter(isFree)],
    services: proposed.services.filter(isFree),
    documentRoot: proposed.documentRoot,
    addons: proposed.addons,
    parked: proposed.parked,
  };
}

/** The maximum length of a domain name (RFC 1035, section 2.3.4). */
const MAX_LENGTH = 253;
