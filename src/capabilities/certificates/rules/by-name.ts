// Which certificate each name of an account has, for services other than the web server that choose one by the name that
// a client asks for (SNI). A name has the certificate of its own virtual host. What a certificate says is not enough: a
// name counts only if it belongs to the account.
import type { Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import type { HostedDomain } from '../../domains/rules/hosted-domains.ts';
import { virtualHostsOf } from '../../domains/rules/virtual-hosts.ts';
import { isCovered } from './domains.ts';
import { listInstalled, type NewCertificate } from './installed.ts';

/** By name: `mail.bob.example`. */
export type CertificatesByName = ReadonlyMap<string, NewCertificate>;

/** What a plan is about to change in the store. An absent property stays as it is stored. */
export interface ByNameOverrides {
  /** The username as it is stored, if that changes. */
  readonly storedAs?: string;
  /** The other domains of the account. */
  readonly hosted?: readonly HostedDomain[];
  /** Domains that another account is about to get. */
  readonly taken?: readonly string[];
  /** By servername. Null: none. */
  readonly certificates?: ReadonlyMap<string, NewCertificate | null>;
}

/**
 * Returns the certificates that an authority has issued for names of this account. Self-signed ones are left out: no client
 * would accept them, and every new account has one. Names of service subdomains lead to whmapi1d.
 * @param hostname the name of the server, which no account has.
 */
export async function certificatesByName(
  db: Db,
  account: Pick<Account, 'username' | 'domain' | 'home'>,
  hostname: string,
  { storedAs = account.username, hosted, taken, certificates = new Map() }: ByNameOverrides = {},
): Promise<CertificatesByName> {
  const stored = await listInstalled(db, storedAs);
  const installed = new Map(stored.map((one) => [one.servername, one]));
  if (installed.size + certificates.size === 0) return new Map();
  const hosts = await virtualHostsOf(db, account, hosted, taken, storedAs);
  const found = new Map<string, NewCertificate>();
  for (const { servername, aliases } of hosts) {
    const given = certificates.get(servername);
    const certificate = given === undefined ? installed.get(servername) : given;
    if (!certificate || certificate.facts.isSelfSigned) continue;
    for (const name of [servername, ...aliases]) {
      if (name === hostname.toLowerCase() || name.includes('*')) continue;
      if (isCovered(name, certificate.facts.domains)) found.set(name, certificate);
    }
  }
  return found;
}
