// The site that a caller names by one of its domains.
import type { Caller, Db } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { getDomain } from '../../domains/rules/hosted-domains.ts';
import { domainOfDerived } from '../../domains/rules/service-subdomains.ts';
import { virtualHostsOf, type VirtualHost } from '../../domains/rules/virtual-hosts.ts';
import type { StoredAccount } from '../../accounts/rules/accounts.ts';

/**
 * Finds a virtual host by any of its names, also `www.`, `mail.` or a service before a domain.
 * @throws ApiError `not_found`.
 */
export async function siteOf(
  db: Db,
  caller: Caller,
  domain: string,
): Promise<{ readonly account: StoredAccount; readonly host: VirtualHost }> {
  const bare = domainOfDerived(domain) ?? domain;
  const { account, servername } = await getDomain(db, caller, domain).catch((error: unknown) => {
    if (bare === domain || !(error instanceof ApiError)) throw error;
    return getDomain(db, caller, bare).catch(() => Promise.reject(error));
  });
  const hosts = await virtualHostsOf(db, account);
  const host = hosts.find((one) => one.servername === servername);
  if (host === undefined) throw new Error(`The domain “${domain}” has no virtual host.`);
  return { account, host };
}
