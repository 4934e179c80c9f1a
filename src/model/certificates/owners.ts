// Which accounts have the domains of certificates.
import type { Context } from '../../core/context.ts';
import { maySee } from '../accounts/accounts.ts';
import { findDomain } from '../domains/hosted-domains.ts';
import { domainOfDerived } from '../domains/service-subdomains.ts';

/** Returns the accounts that the caller sees, by domain. A wildcard belongs to the account of its parent domain. */
export async function ownersOf(
  { db, caller }: Pick<Context, 'db' | 'caller'>,
  domains: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const domain of new Set(domains)) {
    const plain = domain.replace(/^\*\./, '');
    const found = (await findDomain(db, plain)) ?? (await findDomain(db, domainOfDerived(plain) ?? plain));
    if (found !== undefined && maySee(caller, found.account)) owners.set(domain, found.account.username);
  }
  return owners;
}
