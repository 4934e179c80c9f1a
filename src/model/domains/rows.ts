// The domains of an account as UAPI and API 2 list them.
import type { Db } from '../../core/context.ts';
import type { Field } from '../../core/define.ts';
import type { Account } from '../accounts/accounts.ts';
import { ipv6Of } from '../addresses/ipv6-of-account.ts';
import { matcher } from '../regular-expression.ts';
import { listOf, type HostedDomain } from './hosted-domains.ts';
import { virtualHostsOf, type VirtualHost } from './virtual-hosts.ts';

export interface OwnDomains {
  readonly account: Account;
  readonly hosted: readonly HostedDomain[];
  readonly hosts: readonly VirtualHost[];
}

export async function readOwnDomains(db: Db, account: Account): Promise<OwnDomains> {
  const hosted = await listOf(db, account.username);
  return { account, hosted, hosts: await virtualHostsOf(db, account, hosted) };
}

/** The virtual host that serves a domain of the account. */
export function hostOf({ hosted, hosts }: OwnDomains, domain: string): VirtualHost | undefined {
  const servername = hosted.find((one) => one.domain === domain)?.servedBy ?? domain;
  return hosts.find((one) => one.servername === servername);
}

/** The domains of these types whose names match. `regex`: undefined or empty for all. */
export async function listMatching(
  { hosted }: OwnDomains,
  type: HostedDomain['type'],
  regex: string | undefined,
): Promise<HostedDomain[]> {
  const all = hosted.filter((one) => one.type === type);
  if (regex === undefined || regex === '') return all;
  const matches = await matcher('regex', regex);
  return all.filter(({ domain }) => matches(domain));
}

/** The domain of the account that a subdomain is below: the longest that is not a subdomain itself. */
export function rootOf({ account, hosted }: OwnDomains, subdomain: string): string {
  const roots = [account.domain, ...hosted.filter(({ type }) => type !== 'sub').map(({ domain }) => domain)];
  const above = roots.filter((root) => subdomain.endsWith(`.${root}`));
  return above.sort((a, b) => b.length - a.length)[0] ?? account.domain;
}

const string = (doc: string) => ({ type: 'string', doc }) as const;

export const folderFields = {
  basedir: string('The document root, below the home.'),
  dir: string('The document root.'),
  domain: string('The domain.'),
  reldir: string('The document root after “home:”.'),
  status: string(
    'Where its requests are redirected: always “not redirected”, because there are no redirects yet.',
  ),
  web_subdomain_aliases: {
    list: { type: 'string' },
    doc: 'The prefixes of its other names: www and, for other domains than subdomains, mail.',
  },
} as const satisfies Record<string, Field>;

export const subdomainFields = {
  ...folderFields,
  domainkey: string('The subdomain and its parent domain, with “_” between them.'),
  rootdomain: string('The parent domain.'),
  subdomain: string('The part before the parent domain.'),
} as const satisfies Record<string, Field>;

export const addonFields = {
  ...subdomainFields,
  fullsubdomain: string('The subdomain that serves it.'),
} as const satisfies Record<string, Field>;

export function folderRow(own: OwnDomains, domain: string) {
  const { account } = own;
  const host = hostOf(own, domain);
  const dir = host?.documentRoot ?? `${account.home}/public_html`;
  const basedir = dir.slice(account.home.length + 1);
  const end = `.${domain}`;
  const aliases = host?.aliases
    .filter((name) => name.endsWith(end))
    .map((name) => name.slice(0, -end.length));
  return {
    basedir,
    dir,
    domain,
    reldir: `home:${basedir}`,
    status: 'not redirected',
    web_subdomain_aliases: aliases ?? [],
  };
}

export function subdomainRow(own: OwnDomains, subdomain: string) {
  const rootdomain = rootOf(own, subdomain);
  const name = subdomain.endsWith(`.${rootdomain}`) ? subdomain.slice(0, -rootdomain.length - 1) : subdomain;
  return {
    ...folderRow(own, subdomain),
    ...{ domainkey: `${name}_${rootdomain}`, rootdomain, subdomain: name },
  };
}

export function addonRow(own: OwnDomains, { domain, servedBy }: HostedDomain) {
  const fullsubdomain = servedBy ?? domain;
  return { ...subdomainRow(own, fullsubdomain), ...folderRow(own, domain), fullsubdomain };
}

export const dataFields = {
  documentroot: string('The document root.'),
  domain: string('The domain.'),
  group: string('The group of its files.'),
  hascgi: { type: 'flag', doc: 'Whether CGI programs run.' },
  homedir: string('The account’s home.'),
  ip: string('The IPv4 address.'),
  ipv6: { type: 'string|null', doc: 'The IPv6 address; null if the account has none.' },
  owner: string('The account’s owner.'),
  serveralias: string('The other names of the virtual host, with spaces between them.'),
  servername: string('The name of the virtual host.'),
  type: string('“main_domain”, “addon_domain”, “parked_domain” or “sub_domain”.'),
  user: string('The account.'),
} as const satisfies Record<string, Field>;

export async function dataRow(db: Db, own: OwnDomains, domain: string) {
  const { account, hosted } = own;
  const { home, ip, owner, settings, username } = account;
  const host = hostOf(own, domain);
  const type = hosted.find((one) => one.domain === domain)?.type ?? 'main';
  return {
    documentroot: host?.documentRoot ?? `${home}/public_html`,
    domain,
    group: username,
    hascgi: Number(settings.cgi),
    homedir: home,
    ip,
    ipv6: await ipv6Of(db, username),
    owner,
    serveralias: (host?.aliases ?? []).join(' '),
    servername: host?.servername ?? account.domain,
    type: `${type}_domain`,
    user: username,
  };
}
