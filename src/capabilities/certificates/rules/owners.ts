// Which accounts have the domains of certificates.
import type { Caller, CallerStore, Db, KeptReading } from '../../../core/context.ts';
import { maySee } from '../../accounts/rules/accounts.ts';
import { ownersSql, type DomainOwner } from '../../domains/rules/hosted-domains.ts';
import { domainOfDerived } from '../../domains/rules/service-subdomains.ts';

/** Returns the accounts that the caller sees, by domain. A wildcard belongs to the account of its parent domain. */
export async function ownersOf(
  { db, caller }: CallerStore,
  domains: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const sought = soughtFor(domains);
  const list = JSON.stringify(namesOf(sought));
  return ownersAmong(sought, seenBy(caller, await db.all<DomainOwner>(ownersSql(db.dialect), list, list)));
}

/** What is known of domains before they are looked up. */
export interface KnownDomains {
  /**
   * All domains of accounts that begin as derived names do, such as `www.`. Most names of certificates begin so, and none
   * of the others is looked up.
   */
  readonly derived: ReadonlySet<string>;
  /** Some domains, and the usernames of their accounts, which the caller sees. */
  readonly known: ReadonlyMap<string, string>;
}

/** The same from a kept reading, whose statements run at once. */
export function readOwners(
  reading: KeptReading,
  { db, caller }: { readonly db: Db; readonly caller: Caller },
  { derived, known }: KnownDomains,
  domains: Iterable<string>,
): ReadonlyMap<string, string> {
  const sought = soughtFor(domains, (name) => derived.has(name));
  const names = namesOf(sought).filter((name) => !known.has(name));
  const list = JSON.stringify(names);
  const found = names.length === 0 ? [] : reading.all(ownersSql(db.dialect), list, list);
  return ownersAmong(sought, seenBy(caller, found as DomainOwner[], known));
}

interface Sought {
  readonly domain: string;
  /** Without `*.`. Undefined if no account has it. */
  readonly plain: string | undefined;
  /** The domain that it is a derived name of. */
  readonly parent: string | undefined;
}

/** @param mayExist whether an account may have a derived name as a domain of its own. */
function soughtFor(
  domains: Iterable<string>,
  mayExist: (derivedName: string) => boolean = () => true,
): Sought[] {
  return Array.from(new Set(domains), (domain) => {
    const plain = domain.startsWith('*.') ? domain.slice(2) : domain;
    const parent = domainOfDerived(plain);
    return { domain, plain: parent === undefined || mayExist(plain) ? plain : undefined, parent };
  });
}

/** All of their names, each once. */
function namesOf(sought: readonly Sought[]): string[] {
  const names = new Set<string>();
  for (const { plain, parent } of sought) {
    if (plain !== undefined) names.add(plain);
    if (parent !== undefined) names.add(parent);
  }
  return [...names];
}

/** Returns what the caller sees by domain: undefined for a domain of an account that it does not see. */
function seenBy(
  caller: Caller,
  found: readonly DomainOwner[],
  known: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string | undefined> {
  const usernames = new Map<string, string | undefined>(known);
  for (const one of found) usernames.set(one.domain, maySee(caller, one) ? one.username : undefined);
  return usernames;
}

function ownersAmong(
  sought: readonly Sought[],
  usernames: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { domain, plain = '', parent = '' } of sought) {
    const username = usernames.get(usernames.has(plain) ? plain : parent);
    if (username !== undefined) owners.set(domain, username);
  }
  return owners;
}
