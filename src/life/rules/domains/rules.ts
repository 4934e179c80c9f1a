// Which domains an account may add: names that nobody else has, and that the tweak settings allow.
import { seesAll } from '../../../core/access.ts';
import type { CallerStore, Context } from '../../../core/context.ts';
import { badParam, denied } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import type { Account } from '../../../capabilities/accounts/rules/accounts.ts';
import { related } from '../../../capabilities/dns/rules/new-zone-owner.ts';
import { ownerOf } from '../../../capabilities/dns/rules/zone-owners.ts';
import { isOn } from '../../../capabilities/domains/rules/flags.ts';
import { assertFree, taken } from '../../../capabilities/domains/rules/hosted-domains.ts';
import { assertNotReserved, type NewName } from '../../../capabilities/domains/rules/reserved-domains.ts';

type Dependencies = Pick<Context, 'db' | 'caller' | 'system'>;

/** Who answers for the domain in DNS. Undefined: this was not looked up. */
export interface FoundAuthority {
  /** Null: the domain is not registered. */
  readonly zone?: string | null;
  readonly addresses?: readonly string[];
  /** Why the lookup failed. */
  readonly error?: string;
}

/** Root and holders of every privilege may add any free name. The settings bind all others. */
const isFree = ({ caller }: Dependencies) => seesAll(caller);

/**
 * The rules for every new name of an account.
 * @throws ApiError `bad_param`, `denied`.
 */
export async function assertName(context: Dependencies, name: NewName): Promise<void> {
  const { db } = context;
  const { domain } = name;
  await assertNotReserved(context, name);
  await assertFree(db, domain);
  const [, prefix, rest = ''] = /^(www|mail)\.(.+)$/.exec(domain) ?? [];
  if (prefix !== undefined && (await taken(db, [rest])).has(rest)) {
    throw badParam(`“${domain}” is already an alias of the domain “${rest}”. Choose another name.`);
  }
}

const SERVICES = ['cpanel', 'webmail', 'webdisk', 'whm', 'cpcontacts', 'cpcalendars'];

/** The names before the parent domain that cannot be subdomains. */
export async function reservedNames(context: CallerStore): Promise<string[]> {
  const areFree = seesAll(context.caller) || (await isOn(context.db, 'proxysubdomainsoverride'));
  return ['mail', 'www', ...(areFree ? [] : SERVICES)].sort();
}

/** The further rules for a subdomain of a domain of the account. @throws ApiError `denied`. */
export async function assertSubdomain(context: Dependencies, domain: string): Promise<void> {
  const [first = ''] = domain.split('.');
  if (isFree(context) || !SERVICES.includes(first) || (await isOn(context.db, 'proxysubdomainsoverride')))
    return;
  throw denied(`The subdomain “${first}” belongs to a service of this server. Choose another name.`);
}

/**
 * The further rules for a parked or an addon domain.
 * @throws ApiError `denied`, if the tweak settings keep the caller from adding it.
 */
export async function assertForeignName(
  context: Dependencies,
  account: Account,
  domain: string,
  authority: FoundAuthority | undefined,
): Promise<void> {
  if (isFree(context)) return;
  const { db, system } = context;
  await assertUnrelated(context, account, domain);
  const hostname = system.hostname().toLowerCase();
  if (domain.endsWith(`.${hostname}`) && !(await isOn(db, 'allowparkhostnamedomainsubdomains'))) {
    throw denied(
      `“${domain}” is a subdomain of the name of this server. The tweak setting allowparkhostnamedomainsubdomains does not ` +
        'allow it.',
    );
  }
  await assertAuthority(context, domain, authority);
}

async function assertUnrelated({ db, caller }: Dependencies, account: Account, domain: string) {
  const setting = caller.user === account.username ? 'allowparkonothers' : 'allowwhmparkonothers';
  if (await isOn(db, setting)) return;
  for (const other of await related(db, domain)) {
    const owner = (await ownerOf(db, other))?.username;
    if (owner === account.username || owner === caller.user) continue;
    throw denied(
      `“${domain}” is a parent domain or a subdomain of another user’s domain. Only root can add it (${setting}).`,
    );
  }
}

async function assertAuthority(
  { db, system }: Dependencies,
  domain: string,
  authority: FoundAuthority | undefined,
): Promise<void> {
  // A lookup that failed is no reason: without a resolver, nobody could add a domain.
  if (authority === undefined || authority.error !== undefined) return;
  const { zone, addresses = [] } = authority;
  if (zone === null || zone === undefined) {
    if (await isOn(db, 'allowunregistereddomains')) return;
    throw denied(
      `The domain ${quote(domain)} is not registered. Register it first (allowunregistereddomains).`,
    );
  }
  if (await isOn(db, 'allowremotedomains')) return;
  const own: readonly string[] = system.addresses();
  if (addresses.some((address) => own.includes(address))) return;
  throw denied(
    `The nameservers of the domain ${quote(zone)} are not this server’s. Change them at the registrar first, or ask ` +
      'the administrator to set the tweak setting allowremotedomains.',
  );
}
