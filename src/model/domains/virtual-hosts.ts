// The virtual hosts of an account: its main domain and its subdomains, with the names that each answers to.
import type { Db } from '../../core/context.ts';
import type { Account } from '../accounts/accounts.ts';
import { listOf, takenByOthers, type HostedDomain } from './hosted-domains.ts';
import { areServed, serviceNamesOf } from './service-subdomains.ts';

export interface VirtualHost {
  /** The domain that identifies it. */
  readonly servername: string;
  readonly type: 'main' | 'sub';
  /** The other names of its site, with `www.` and `mail.`. */
  readonly aliases: readonly string[];
  /** The service subdomains of its domains, at which the web server redirects to the services. */
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

/**
 * Returns the virtual hosts of an account, that of the main domain first.
 * @param hosted its other domains. Default: those that are stored.
 * @param taken domains that another account is about to get.
 * @param storedAs the stored username, if the account is renamed.
 */
export async function virtualHostsOf(
  db: Db,
  account: Pick<Account, 'username' | 'domain' | 'home'>,
  hosted?: readonly HostedDomain[],
  taken: readonly string[] = [],
  storedAs = account.username,
): Promise<VirtualHost[]> {
  const others = hosted ?? (await listOf(db, account.username));
  const own = [
    { domain: account.domain, type: 'main' as const, documentRoot: 'public_html' },
    ...others.flatMap(({ domain, documentRoot }) =>
      documentRoot === null ? [] : [{ domain, type: 'sub' as const, documentRoot }],
    ),
  ];
  const servicesOf = (await areServed(db)) ? await serviceNamesOf(db, storedAs) : () => [];
  const proposed = own.map(({ domain, type, documentRoot }) => {
    const served = others.filter(({ servedBy }) => servedBy === domain);
    const domains = served.map((one) => one.domain);
    // All but subdomains, which have no zone of their own.
    const zones = [...(type === 'main' ? [domain] : []), ...domains];
    return {
      servername: domain,
      type,
      domains,
      // A wildcard subdomain answers to these names anyway.
      derived: [
        ...[domain, ...domains].map((name) => `www.${name}`),
        ...zones.map((name) => `mail.${name}`),
      ].filter((name) => !name.includes('*')),
      services: zones.flatMap(servicesOf),
      documentRoot: `${account.home}/${documentRoot}`,
      addons: served.filter((one) => one.type === 'addon').map((one) => one.domain),
      parked: served.filter((one) => one.type === 'parked').map((one) => one.domain),
    };
  });
  // A name that is a domain of its own, of any account, belongs to that domain's virtual host.
  const derived = proposed.flatMap((one) => [...one.derived, ...one.services]);
  const separate = new Set([
    ...(await takenByOthers(db, account.username, derived)),
    ...taken,
    account.domain,
    ...others.map(({ domain }) => domain),
  ]);
  const isFree = (name: string) => !separate.has(name) && name.length <= MAX_LENGTH;
  return proposed.map(({ domains, derived: names, ...host }) => ({
    ...host,
    aliases: [...domains, ...names.filter(isFree)],
    services: host.services.filter(isFree),
  }));
}

/** Of a domain name (RFC 1035, section 2.3.4). */
const MAX_LENGTH = 253;
