// Which accounts have the domains of certificates.
import type { Caller, Context, Db, KeptReading } from '../../core/context.ts';
import { maySee } from '../accounts/accounts.ts';
import { ownersSql, type DomainOwner } from '../domains/hosted-domains.ts';
import { domainOfDerived } from '../domains/service-subdomains.ts';

/** Returns the accounts that the caller sees, by domain. A wildcard belongs to the account of its parent domain. */
export async function ownersOf(
  { db, caller }: Pick<Context, 'db' | 'caller'>,
  domains: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const sought = soughtFor(domains);
  const list = listOf(sought);
  return ownersAmong(caller, sought, await db.all<DomainOwner>(ownersSql(db.dialect), list, list));
}

/** The same from a kept reading, whose statements run at once. */
export function readOwners(
  reading: KeptReading,
  { db, caller }: { readonly db: Db; readonly caller: Caller },
  domains: Iterable<string>,
): ReadonlyMap<string, string> {
  const sought = soughtFor(domains);
  const list = listOf(sought);
  return ownersAmong(caller, sought, reading.all(ownersSql(db.dialect), list, list) as DomainOwner[]);
}

interface Sought {
  readonly domain: string;
  /** Without `*.`. */
  readonly plain: string;
  /** The domain that it is a service subdomain of, or `plain`. */
  readonly derived: string;
}

function soughtFor(domains: Iterable<string>): Sought[] {
  return [...new Set(domains)].map((domain) => {
    const plain = domain.replace(/^\*\./, '');
    return { domain, plain, derived: domainOfDerived(plain) ?? plain };
  });
}

/** As JSON. */
const listOf = (sought: readonly Sought[]) =>
  JSON.stringify([...new Set(sought.flatMap(({ plain, derived }) => [plain, derived]))]);

function ownersAmong(
  caller: Caller,
  sought: readonly Sought[],
  found: readonly DomainOwner[],
): ReadonlyMap<string, string> {
  const accounts = new Map(found.map((one) => [one.domain, one]));
  const owners = new Map<string, string>();
  for (const { domain, plain, derived } of sought) {
    const account = accounts.get(plain) ?? accounts.get(derived);
    if (account !== undefined && maySee(caller, account)) owners.set(domain, account.username);
  }
  return owners;
}
