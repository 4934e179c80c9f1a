// The DNS zones of an account when its domains change: a parked or addon domain has a zone of its own, and a subdomain
// has records in the zone of the domain that it is below.
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { LookAgain } from '../../../core/machine-error.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as assignments from '../../addresses/rules/ipv6-assignments.ts';
import { findPublicAddress } from '../../addresses/rules/nat.ts';
import type { ChangedDomains } from '../../domains/rules/changed-domains.ts';
import type { HostedDomain } from '../../domains/rules/hosted-domains.ts';
import { isOn } from '../../domains/rules/flags.ts';
import { isWildcard } from '../../../core/wildcards.ts';
import { areServed, serviceNamesOf } from '../../domains/rules/service-subdomains.ts';
import { accountZone } from './account-zone.ts';
import { nameKey } from './names.ts';
import { ttlOf, type NewZoneText } from './new-zone.ts';
import { firstSerial } from './serial.ts';
import { nextZone, type FoundZone } from './site-addresses.ts';
import type { CustomTemplates } from './templates.ts';
import type { ZoneChanges } from './zone-edits.ts';
import { recordsOf, type ZoneFile } from './zone-file.ts';
import { ownerOf } from './zone-owners.ts';

type Dependencies = Pick<Context, 'db' | 'system' | 'version' | 'now' | 'warn' | 'inform'>;

/** What a call has read from the nameserver. */
export interface FoundZones {
  /** The names that were looked for. */
  readonly looked: readonly string[];
  readonly zones: ReadonlyMap<string, FoundZone>;
  readonly templates: CustomTemplates;
}

/** A change of one zone. `before`: the digest of the version that was read; null for a new zone. */
export interface ZoneOfDomain {
  readonly name: string;
  readonly before: string | null;
  readonly after:
    | (Pick<FoundZone, 'name' | 'text' | 'dnssecPolicy'> & NewZoneText & { readonly verifiedSerial?: number })
    | null;
}

/** The names whose zones a change of this domain needs: the domain itself, and its parent domains. */
export function zonesToLookFor(domain: string): string[] {
  const labels = (isWildcard(domain) ? domain.slice(2) : domain).split('.');
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'));
}

/** @throws ApiError `bad_param` if a new domain already has a zone of somebody else. */
export async function zoneChanges(
  context: Dependencies,
  { account, before, after }: ChangedDomains,
  found: FoundZones,
): Promise<ZoneOfDomain[]> {
  const added = after.filter((one) => !before.some(({ domain }) => domain === one.domain));
  const removed = before.filter((one) => !after.some(({ domain }) => domain === one.domain));
  const addresses = await addressesOf(context, account);
  const changes: ZoneOfDomain[] = [];
  for (const { domain } of removed.filter(isAlias)) {
    const zone = lookIn(found, domain);
    if (zone !== undefined) changes.push({ name: domain, before: zone.digest, after: null });
  }
  for (const { domain } of added.filter(isAlias)) {
    const zone = await newZoneOf(context, account, domain, found);
    if (zone !== undefined) changes.push(zone);
  }
  const servicesOf = (await areServed(context.db))
    ? await serviceNamesOf(context.db, account.username)
    : () => [];
  const adds = (await isOn(context.db, 'autocreateaentries')) ? added.filter((one) => !isAlias(one)) : [];
  const byZone = new Map<string, { added: string[]; removed: string[] }>();
  for (const [list, key] of [
    [adds, 'added'] as const,
    [removed.filter((one) => !isAlias(one)), 'removed'] as const,
  ]) {
    for (const { domain } of list) {
      const zone = await enclosing(context, account, domain, found);
      if (zone === undefined || changes.some(({ name }) => name === zone.name)) continue;
      const names = byZone.get(zone.name) ?? { added: [], removed: [] };
      names[key].push(domain);
      byZone.set(zone.name, names);
    }
  }
  const ttl = await ttlOf(context.db, 'TTL');
  for (const [name, names] of byZone) {
    const zone = found.zones.get(name);
    if (zone === undefined) continue;
    const edit = (file: ZoneFile): ZoneChanges => ({
      add: names.added.flatMap((domain) => newRecords(file, { domain, ttl, ...addresses })),
      remove: names.removed
        // Its records lead to the service again.
        .filter((domain) => !servicesOf(name).includes(domain))
        .flatMap((domain) => linesOf(file, { domain, ...addresses })),
    });
    const next = nextZone(zone, edit, new Date(context.now()));
    if (next !== undefined) changes.push(next);
  }
  return changes;
}

const isAlias = ({ servedBy }: HostedDomain) => servedBy !== null;

interface Addresses {
  readonly ipv4: string;
  readonly ipv6: string | undefined;
}

export async function addressesOf(
  { db }: Pick<Dependencies, 'db'>,
  { ip, username }: Account,
): Promise<Addresses> {
  return {
    ipv4: await findPublicAddress(db, ip),
    ipv6: (await assignments.find(db, username))?.address,
  };
}

function lookIn({ looked, zones }: FoundZones, name: string): FoundZone | undefined {
  if (!looked.includes(name)) throw new LookAgain(`The domain “${name}” was changed in the meantime.`);
  return zones.get(name);
}

/** Undefined if the account already has the zone, because it was added for it. */
async function newZoneOf(
  context: Dependencies,
  account: Account,
  name: string,
  found: FoundZones,
): Promise<ZoneOfDomain | undefined> {
  const present = lookIn(found, name);
  if (present !== undefined) {
    const owner = await ownerOf(context.db, name);
    if (owner?.username === account.username) {
      context.inform(`The DNS zone “${name}” already exists. It was not changed.`);
      return undefined;
    }
    throw badParam(
      `The DNS zone “${name}” already exists. Remove it with killdns first, or choose another domain.`,
    );
  }
  const serial = firstSerial(new Date(context.now()));
  const { templates } = found;
  const made = await accountZone(context, {
    name,
    account,
    serial,
    templates,
    ...{ isMain: false, isServed: true },
  });
  const verified = made.template === undefined ? { verifiedSerial: serial } : {};
  return { name, before: null, after: { name, ...made, dnssecPolicy: null, ...verified } };
}

/** The zone that contains the records of a subdomain. Undefined if it is not this account’s, or not on this server. */
async function enclosing(
  { db, inform }: Dependencies,
  account: Account,
  domain: string,
  found: FoundZones,
): Promise<FoundZone | undefined> {
  const zone = zonesToLookFor(domain)
    .map((name) => lookIn(found, name))
    .find((one) => one !== undefined);
  if (zone !== undefined && (await ownerOf(db, zone.name))?.username === account.username) return zone;
  inform(
    zone === undefined
      ? `The DNS zone of “${domain}” is not on this server, so its records were not changed.`
      : `The DNS zone “${zone.name}” does not belong to “${account.username}”, so its records were not changed.`,
  );
  return undefined;
}

type Subdomain = Addresses & { readonly domain: string };

/** Names below a wildcard have its records. */
const ownersOf = (domain: string) => (isWildcard(domain) ? [`${domain}.`] : [`${domain}.`, `www.${domain}.`]);

/** Address records of the subdomain and of `www.`. A name that already has an address or is an alias keeps it. */
export function newRecords(
  zone: ZoneFile,
  { domain, ttl, ipv4, ipv6 }: Subdomain & { readonly ttl: number },
) {
  const present = new Set(
    recordsOf(zone)
      .filter(({ type }) => ['A', 'AAAA', 'CNAME'].includes(type))
      .map(({ owner }) => nameKey(owner)),
  );
  const free = ownersOf(domain).filter((owner) => owner.length <= 254 && !present.has(nameKey(owner)));
  return free.flatMap((owner) => [
    { owner, ttl, type: 'A', items: [ipv4] },
    ...(ipv6 === undefined ? [] : [{ owner, ttl, type: 'AAAA', items: [ipv6] }]),
  ]);
}

/** The lines that `newRecords` added. Records with other data were changed by somebody, and stay. */
function linesOf(zone: ZoneFile, { domain, ipv4, ipv6 }: Subdomain): number[] {
  const names = ownersOf(domain).map(nameKey);
  return recordsOf(zone)
    .filter(({ owner, type, items }) => {
      if (!names.includes(nameKey(owner))) return false;
      return (type === 'A' && items[0] === ipv4) || (type === 'AAAA' && items[0] === ipv6);
    })
    .map(({ line }) => line);
}
