// The records of service subdomains. They are addresses of this server and no aliases of the domain, so that they lead to
// its services even if the site moves to another server.
import { parseIp } from '../../addresses/rules/ip.ts';
import { nameKey } from './names.ts';
import type { RecordContent, ZoneChanges } from './zone-edits.ts';
import { recordsOf, type ZoneFile, type ZoneRecord } from './zone-file.ts';

export interface ServiceRecords {
  /** The names, without a final dot. */
  readonly names: readonly string[];
  readonly ttl: number;
  readonly ipv4: string;
  readonly ipv6: string | undefined;
  /** The domain and the server in the records by which mail programs find their servers. */
  readonly mail?: MailServices | undefined;
}

export interface MailServices {
  readonly domain: string;
  readonly hostname: string;
}

/** RFC 6186, RFC 8314, and for the last one Microsoft’s autodiscovery. Clients try lower priorities first. */
const MAIL_SERVICES = [
  { label: '_imaps._tcp', priority: 0, port: 993 },
  { label: '_pop3s._tcp', priority: 10, port: 995 },
  { label: '_submissions._tcp', priority: 0, port: 465 },
  { label: '_autodiscover._tcp', priority: 0, port: 2096 },
];

/** The SRV records of mail services, without their TTL. */
export function mailServicesOf({ domain, hostname }: MailServices): Omit<RecordContent, 'ttl'>[] {
  return MAIL_SERVICES.map(({ label, priority, port }) => ({
    ...{ owner: `${label}.${domain}.`, type: 'SRV' },
    items: [String(priority), '1', String(port), `${hostname}.`],
  }));
}

/**
 * Adds the records. A name that has an address or is an alias keeps its records, unless `overwrites` is true.
 */
export function addServices(
  zone: ZoneFile,
  services: ServiceRecords,
  { overwrites = false }: { readonly overwrites?: boolean } = {},
): ZoneChanges {
  const remove: number[] = [];
  const add: RecordContent[] = [];
  for (const name of services.names) {
    const wanted = recordsFor(name, services);
    const present = addressesAt(zone, name);
    if (present.length > 0 && !overwrites) continue;
    const kept = present.filter((record) => wanted.some((one) => isSame(one, record)));
    remove.push(...present.filter((record) => !kept.includes(record)).map(({ line }) => line));
    add.push(...wanted.filter((one) => !kept.some((record) => isSame(one, record))));
  }
  for (const wanted of ofMail(services)) {
    const present = servicesAt(zone, wanted.owner);
    if (present.length > 0 && !overwrites) continue;
    const others = present.filter((record) => !isSameText(wanted, record));
    remove.push(...others.map(({ line }) => line));
    if (others.length === present.length) add.push(wanted);
  }
  return { add, remove };
}

/** Removes the records that `addServices` adds. Those with other data were changed by somebody, and stay. */
export function removeServices(zone: ZoneFile, services: ServiceRecords): ZoneChanges {
  const ours = services.names.flatMap((name) => {
    const wanted = recordsFor(name, services);
    return addressesAt(zone, name).filter((record) => wanted.some((one) => isSame(one, record)));
  });
  const ofServices = ofMail(services).flatMap((wanted) =>
    servicesAt(zone, wanted.owner).filter((record) => isSameText(wanted, record)),
  );
  return { remove: [...ours, ...ofServices].map(({ line }) => line) };
}

const ofMail = ({ mail, ttl }: ServiceRecords): RecordContent[] =>
  mail === undefined ? [] : mailServicesOf(mail).map((record) => ({ ...record, ttl }));

export const servicesAt = (zone: ZoneFile, owner: string): ZoneRecord[] =>
  recordsOf(zone).filter((record) => record.type === 'SRV' && nameKey(record.owner) === nameKey(owner));

const isSameText = (one: Pick<ZoneRecord, 'items'>, other: Pick<ZoneRecord, 'items'>) =>
  one.items.join(' ').toLowerCase() === other.items.join(' ').toLowerCase();

function recordsFor(name: string, { ttl, ipv4, ipv6 }: ServiceRecords): RecordContent[] {
  const owner = `${name}.`;
  return [
    { owner, ttl, type: 'A', items: [ipv4] },
    ...(ipv6 === undefined ? [] : [{ owner, ttl, type: 'AAAA', items: [ipv6] }]),
  ];
}

/** The records at a name that lead to an address. */
export function addressesAt(zone: ZoneFile, name: string): ZoneRecord[] {
  const key = nameKey(`${name}.`);
  return recordsOf(zone).filter(
    ({ owner, type }) => nameKey(owner) === key && ['A', 'AAAA', 'CNAME'].includes(type),
  );
}

function isSame(one: Pick<ZoneRecord, 'type' | 'items'>, other: Pick<ZoneRecord, 'type' | 'items'>): boolean {
  if (one.type !== other.type || one.type === 'CNAME') return false;
  return parseIp(one.items[0] ?? '')?.value === parseIp(other.items[0] ?? '')?.value;
}
