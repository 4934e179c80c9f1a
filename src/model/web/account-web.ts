// What the web server serves for an account, from the store as it is or as it will be.
import type { Db } from '../../core/context.ts';
import type { Account } from '../accounts/accounts.ts';
import * as ipv6 from '../addresses/ipv6-assignments.ts';
import type { HostedDomain } from '../domains/hosted-domains.ts';
import { virtualHostsOf } from '../domains/virtual-hosts.ts';

/** The desired state of all virtual hosts of one account. JSON. */
export interface AccountWeb {
  readonly username: string;
  readonly home: string;
  /** The addresses that only this account uses. Null: it uses the shared addresses, which are all others. */
  readonly addresses: { readonly ipv4: string | null; readonly ipv6: string | null };
  /** Answers every request with 503 and a page that says that the account is suspended. */
  readonly isSuspended: boolean;
  /** Answers every request with 509, because the account has used its bandwidth. */
  readonly isOverLimit: boolean;
  /** Whether the account may run CGI programs. */
  readonly hasCgi: boolean;
  readonly hosts: readonly WebHost[];
}

export interface WebHost {
  /** In lower case, with A-labels: `bob.example`. */
  readonly servername: string;
  readonly aliases: readonly string[];
  /** Absolute, below the home. */
  readonly documentRoot: string;
  /** Without this field, PHP files are not served. */
  readonly php?: WebPhp;
  /** Without this field, the virtual host answers only without TLS. */
  readonly certificate?: WebCertificate;
}

export type WebPhp =
  /** A pool of PHP-FPM listens on this socket, an absolute path. */
  | { readonly runs: 'fpm'; readonly version: string; readonly socket: string }
  /** A program, an absolute path, runs as the account's user for each request. */
  | { readonly runs: 'cgi'; readonly version: string; readonly binary: string };

export interface WebCertificate {
  /** A file with the key, the certificate and its chain, in PEM. */
  readonly path: string;
  /** Identifies the content: another one means that the server must read the file again. */
  readonly id: string;
}

/** What a plan is about to change in the store. An undefined property stays as it is stored. */
export interface WebOverrides {
  readonly hosted?: readonly HostedDomain[];
  /** The account's IPv6 address. Null: none of its own. */
  readonly ipv6?: string | null;
  readonly isSuspended?: boolean;
  readonly isOverLimit?: boolean;
  /** By servername. Null: no PHP. Others stay as they are stored. */
  readonly php?: ReadonlyMap<string, WebPhp | null>;
  /** By servername. Null: none. Others stay as they are stored. */
  readonly certificates?: ReadonlyMap<string, WebCertificate | null>;
}

/** `account`: as it will be. */
export async function accountWebOf(
  db: Db,
  account: Account,
  overrides: WebOverrides = {},
): Promise<AccountWeb> {
  const { username, home, settings } = account;
  const hosts = await virtualHostsOf(db, account, overrides.hosted);
  const assigned = await ipv6.find(db, username);
  const stored = assigned !== undefined && ipv6.isOwn(assigned) ? assigned.address : null;
  return {
    username,
    home,
    addresses: {
      ipv4: settings.dedicatedIp ? account.ip : null,
      ipv6: overrides.ipv6 === undefined ? stored : overrides.ipv6,
    },
    isSuspended: overrides.isSuspended ?? account.suspendedAt !== null,
    isOverLimit: overrides.isOverLimit ?? false,
    hasCgi: settings.cgi,
    hosts: hosts.map(({ servername, aliases, documentRoot }) => {
      const php = overrides.php?.get(servername) ?? null;
      const certificate = overrides.certificates?.get(servername) ?? null;
      return {
        ...{ servername, aliases, documentRoot },
        ...(php !== null && { php }),
        ...(certificate !== null && { certificate }),
      };
    }),
  };
}
