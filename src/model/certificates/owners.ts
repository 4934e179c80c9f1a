// Which accounts have the domains of certificates.
import type { Context } from '../../core/context.ts';
import { maySee } from '../accounts/accounts.ts';
import { accountsOfEach } from '../domains/hosted-domains.ts';
import { domainOfDerived } from '../domains/service-subdomains.ts';

/** Returns the accounts that the caller sees, by domain. A wildcard belongs to the account of its parent domain. */
export async function ownersOf(
  { db, caller }: Pick<Context, 'db' | 'caller'>,
  domains: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const sought = [...new Set(domains)].map((domain) => {
    const plain = domain.replace(/^\*\./, '');
    return { domain, plain, derived: domainOfDerived(plain) ?? plain };
  });
  const accounts = await accountsOfEach(
    db,
    sought.flatMap(({ plain, derived }) => [plain, derived]),
  );
  const owners = new Map<string, string>();
  for (const { domain, plain, derived } of sought) {
    const account = accounts.get(plain) ?? accounts.get(derived);
    if (account !== undefined && maySee(caller, account)) owners.set(domain, account.username);
  }
  return owners;
}
