// What the web server serves for an account, from the store as it is or as it will be.
import type { Db } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as ipv6 from '../../addresses/rules/ipv6-assignments.ts';
import * as exceeded from '../../bandwidth/rules/exceeded.ts';
import {
  certificatesOf,
  selfSignedOf,
  type NewCertificate,
  type WebCertificate,
} from '../../certificates/rules/installed.ts';
import { listOf, type HostedDomain } from '../../domains/rules/hosted-domains.ts';
import {
  domainOfPolicyName,
  isPolicyName,
  ofUser as policiesOfUser,
  POLICY_PATH,
  renamedPolicy,
  textOf,
  type MailPolicies,
} from '../../domains/rules/mail-policies.ts';
import { renamed, renamesOf } from '../../domains/rules/renamed-domains.ts';
import { portOf } from '../../domains/rules/service-subdomains.ts';
import { virtualHostsOf } from '../../domains/rules/virtual-hosts.ts';
import { phpOf, type WebPhp } from '../../php/rules/served-by.ts';
import * as httpsRedirects from './https-redirects.ts';
import * as directoryIndexes from './directory-indexes.ts';
import type { Indexes, IndexType } from './directory-indexes.ts';
import { primariesOf, type Primaries } from './primary-hosts.ts';

/** The desired state of all virtual hosts of one account. JSON. */
export interface AccountWeb {
  readonly username: string;
  readonly home: string;
  readonly addresses: WebAddresses;
  /** Answers every request with 503 and a page that says that the account is suspended. Needs no reload. */
  readonly isSuspended: boolean;
  /** Answers every request with 509, because the account has used its bandwidth. */
  readonly isOverLimit: boolean;
  /** Answers every request with 503 and names neither the user nor its group: they are about to get other names. */
  readonly isMoving?: true;
  /** True if the account may run CGI programs. */
  readonly hasCgi: boolean;
  readonly hosts: readonly WebHost[];
  /** Directories with a setting for the lists of their files: absolute paths. */
  readonly indexes?: readonly { readonly path: string; readonly type: IndexType }[];
  /** Those that answer requests for unknown names on the addresses of the account. */
  readonly primary?: Primaries;
}

/** The addresses that only this account uses. Null: none. The shared addresses are all that no account has alone. */
export interface WebAddresses {
  /** Null: it uses the shared addresses. */
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  /** It shares the server’s IPv6 address, so it uses the shared addresses even if `ipv4` is its own. */
  readonly sharesIpv6?: true;
}

export interface WebHost {
  /** In lower case, with A-labels: `bob.example`. */
  readonly servername: string;
  readonly aliases: readonly string[];
  /** Without this field, it has no service subdomains. */
  readonly services?: readonly WebService[];
  /** Absolute, below the home. */
  readonly documentRoot: string;
  /** Without this field, PHP files are not served. */
  readonly php?: WebPhp;
  /** Without this field, the virtual host answers only without TLS. */
  readonly certificate?: WebCertificate;
  /** Its names that are redirected from HTTP to HTTPS. Without a certificate, they are not. */
  readonly httpsRedirects?: readonly string[];
}

/**
 * A service subdomain, at which a virtual host redirects to a service, or the name of a mail policy, at which it has nothing
 * else.
 */
export type WebService =
  | {
      /** `cpanel.bob.example`. */
      readonly name: string;
      /** Where the service answers on this server, with TLS. */
      readonly port: number;
    }
  | {
      /** `mta-sts.bob.example`. */
      readonly name: string;
      /** What senders of mail read, and the path at which they do. */
      readonly policy: { readonly path: string; readonly text: string };
    };

/** What a plan is about to change in the store. An undefined property stays as it is stored. */
export interface WebOverrides {
  /** The account as it is stored, if its name or domain changes. */
  readonly before?: accounts.Account;
  readonly hosted?: readonly HostedDomain[];
  /** Domains that another account is about to get: they are no longer aliases of this one. */
  readonly taken?: readonly string[];
  /** The types that change. */
  readonly primary?: Primaries;
  /** The account's IPv6 address. Null: none. */
  readonly ipv6?: ipv6.Assignment | null;
  readonly isSuspended?: boolean;
  readonly isOverLimit?: boolean;
  readonly isMoving?: true;
  /** By servername. Null: no PHP. Others stay as they are stored. */
  readonly php?: ReadonlyMap<string, WebPhp | null>;
  /** The PHP version that becomes the server's default if none is stored yet. */
  readonly newestPhp?: string | undefined;
  /** All domains of the account that are redirected to HTTPS. */
  readonly httpsRedirects?: ReadonlySet<string>;
  /** All settings of the account for the lists of files. */
  readonly indexes?: Indexes;
  /** A domain that another account gets. The file of its mail policy is that of the other one already. */
  readonly movedDomain?: string | undefined;
  /** All mail policies of the account, by the names that its domains will have. */
  readonly mailPolicies?: MailPolicies;
  /** By servername. Null: none. Others stay as they are stored. */
  readonly certificates?: ReadonlyMap<string, NewCertificate | null>;
}

/** `account`: as it will be. */
export async function accountWebOf(
  db: Db,
  account: accounts.Account,
  overrides: WebOverrides = {},
): Promise<AccountWeb> {
  const { username, home, settings } = account;
  const { before = account } = overrides;
  const stored = overrides.hosted ?? (await listOf(db, before.username));
  const renames = renamesOf(before, account, stored);
  const hosted = renamed(stored, renames);
  const policies = overrides.mailPolicies ?? (await policiesOf(db, before, account));
  const hosts = await virtualHostsOf(
    ...([db, account, hosted, overrides.taken, before.username, new Set(policies.keys())] as const),
  );
  const certificates = await certificatesOf(db, before);
  const redirected = new Set(
    [...(overrides.httpsRedirects ?? (await httpsRedirects.ofUser(db, before.username)))].map(
      (domain) => renames.get(domain) ?? domain,
    ),
  );
  const selfSigned = redirected.size === 0 ? new Set<string>() : await selfSignedOf(db, before);
  const domains = new Set([account.domain, ...hosted.map(({ domain }) => domain)]);
  const served = await phpOf(db, { before, renames, hosts, newest: overrides.newestPhp });
  const primary = { ...(await primariesOf(db, account, before, renames)), ...overrides.primary };
  const indexes = [...(overrides.indexes ?? (await directoryIndexes.ofUser(db, before.username)))].map(
    ([below, type]) => ({ path: `${home}/${below}`, type }),
  );
  const assigned = overrides.ipv6 === undefined ? await ipv6.find(db, before.username) : overrides.ipv6;
  return {
    username,
    home,
    addresses: addressesOf(settings.dedicatedIp ? account.ip : null, assigned ?? null),
    isSuspended: overrides.isSuspended ?? account.suspendedAt !== null,
    isOverLimit: overrides.isOverLimit ?? (await exceeded.isStoredAsExceeded(db, before.username)),
    ...(overrides.isMoving && { isMoving: true as const }),
    hasCgi: settings.cgi,
    hosts: hosts.map(({ servername, aliases, services, documentRoot }) => {
      const given = overrides.php?.get(servername);
      const php = (given === undefined ? served.get(servername) : given) ?? null;
      const { path, id } = certificates.get(servername) ?? {};
      const installed = path === undefined || id === undefined ? null : { path, id };
      const override = overrides.certificates?.get(servername);
      const certificate =
        override === undefined ? installed : override && { path: override.path, id: override.digest };
      // Names are not redirected to HTTPS as long as browsers would warn of the website.
      const isSelfSigned = override ? override.facts.isSelfSigned : selfSigned.has(servername);
      const redirects = isSelfSigned
        ? []
        : httpsRedirects.namesOf({ servername, aliases }, redirected, domains);
      return {
        ...{ servername, aliases, documentRoot },
        ...(services.length > 0 && {
          services: services.map((name) => serviceOf(name, policies)),
        }),
        ...(php !== null && { php }),
        ...(certificate !== null && { certificate }),
        ...(redirects.length > 0 && { httpsRedirects: redirects }),
      };
    }),
    ...(indexes.length > 0 && { indexes }),
    ...(Object.keys(primary).length > 0 && { primary }),
  };
}

function serviceOf(name: string, policies: MailPolicies): WebService {
  const policy = isPolicyName(name) ? policies.get(domainOfPolicyName(name)) : undefined;
  return policy === undefined
    ? { name, port: portOf(name) }
    : { name, policy: { path: POLICY_PATH, text: textOf(policy) } };
}

/** The stored mail policies of an account. Of the domains that have them, only the main domain can get another name. */
async function policiesOf(db: Db, before: accounts.Account, after: accounts.Account): Promise<MailPolicies> {
  const stored = await policiesOfUser(db, before.username);
  const own = stored.get(before.domain);
  if (own === undefined || before.domain === after.domain) return stored;
  const others = [...stored].filter(([domain]) => domain !== before.domain);
  return new Map([...others, [after.domain, renamedPolicy(own, before.domain, after.domain)]]);
}

function addressesOf(ipv4: string | null, assigned: ipv6.Assignment | null): WebAddresses {
  const isOwn = assigned !== null && ipv6.isOwn(assigned);
  const sharesIpv6 = assigned !== null && !isOwn;
  return { ipv4, ipv6: isOwn ? assigned.address : null, ...(sharesIpv6 && { sharesIpv6 }) };
}

/** What the web server serves for an account of this server. Undefined: there is none of this name. */
export async function findAccountWeb(db: Db, username: string): Promise<AccountWeb | undefined> {
  const account = await accounts.find(db, username);
  return account?.server === db.server ? accountWebOf(db, account) : undefined;
}
