// The domains of an account as UAPI and API 2 list them.
import type { Db } from '../../../core/context.ts';
import type { Field } from '../../../core/define.ts';
import { ipv6Of } from '../../addresses/rules/ipv6-of-account.ts';
import { matcher } from '../../../ground/rules/regular-expression.ts';
import type { HostedDomain } from './hosted-domains.ts';
import type { OwnDomains } from './own-domains.ts';

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
  const host = own.hostOf(domain);
  const dir = host?.documentRoot ?? `${account.home}/public_html`;
  const basedir = dir.slice(account.home.length + 1);
  return {
    basedir,
    dir,
    domain,
    reldir: `home:${basedir}`,
    status: 'not redirected',
    web_subdomain_aliases: [...own.aliasPrefixesOf(domain)],
  };
}

export function subdomainRow(own: OwnDomains, subdomain: string) {
  const rootdomain = own.rootOf(subdomain);
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
  servername: string('The name of the virtual host.'),
  type: string('“main_domain”, “addon_domain”, “parked_domain” or “sub_domain”.'),
  user: string('The account.'),
} as const satisfies Record<string, Field>;

/** Makes the rows of single domains. */
export async function dataRows(db: Db, own: OwnDomains) {
  const { account } = own;
  const { home, ip, owner, settings, username } = account;
  const ipv6 = await ipv6Of(db, username);
  return (domain: string) => {
    const host = own.hostOf(domain);
    return {
      documentroot: host?.documentRoot ?? `${home}/public_html`,
      domain,
      group: username,
      hascgi: Number(settings.cgi),
      homedir: home,
      ip,
      ipv6,
      owner,
      servername: host?.servername ?? account.domain,
      type: `${own.typeOf(domain)}_domain`,
      user: username,
    };
  };
}
