// Updates the address records of a zone when its account gets another IPv4 address, or gets or loses an IPv6 address.
// Records with any other address are not changed.
import { parseIp } from '../../addresses/rules/ip.ts';
import { changedZone, ofFile, zoneFileOf, type ZoneText } from './changed-zone.ts';
import { nameKey } from './names.ts';
import type { ZoneChanges } from './zone-edits.ts';
import { recordsOf, type ZoneFile, type ZoneRecord } from './zone-file.ts';

/** A zone as it was read. */
export interface FoundZone extends ZoneText {
  /** Identifies the version. */
  readonly digest: string;
  readonly dnssecPolicy: string | null;
}

/** A change from the version with that digest. */
export interface NextZone {
  readonly name: string;
  readonly before: string;
  readonly after: Omit<FoundZone, 'digest'>;
}

/**
 * The next version of a zone, with a higher serial. Undefined if nothing changes. @throws ApiError `host_failed` if the
 * zone file cannot be edited
 */
export function nextZone(
  found: FoundZone,
  changesOf: (zone: ZoneFile) => ZoneChanges,
  today: Date,
): NextZone | undefined {
  const { name, digest, dnssecPolicy } = found;
  const changes = ofFile(name, () => changesOf(zoneFileOf(found)));
  const lists = [changes.add, changes.edit, changes.remove];
  if (lists.every((list) => (list ?? []).length === 0)) return undefined;
  const { text } = changedZone(found, changes, today);
  return { name, before: digest, after: { name, text, dnssecPolicy } };
}

/** Replaces old addresses in A records. `moves`: new addresses by old ones. */
export function moveIpv4(zone: ZoneFile, moves: ReadonlyMap<string, string>): ZoneChanges {
  const records = recordsOf(zone).filter((record) => record.type === 'A' && !record.isGeneric);
  const present = new Set(records.map((record) => setKey(record, record.items[0] ?? '')));
  const edit: { line: number; record: ZoneRecord }[] = [];
  const remove: number[] = [];
  for (const record of records) {
    const [old = ''] = record.items;
    const address = moves.get(old);
    if (address === undefined || address === old) continue;
    const key = setKey(record, address);
    // A name must not have the same address twice.
    if (present.has(key)) remove.push(record.line);
    else edit.push({ line: record.line, record: { ...record, items: [address] } });
    present.add(key);
  }
  return { edit, remove };
}

/**
 * Adds an AAAA record to every name with an A record of the site, with the same TTL. Names that already have an AAAA
 * record are not changed.
 */
export function addIpv6(zone: ZoneFile, site: ReadonlySet<string>, address: string): ZoneChanges {
  const records = recordsOf(zone);
  const done = new Set(records.filter(({ type }) => type === 'AAAA').map(({ owner }) => nameKey(owner)));
  const add: { owner: string; ttl: number; type: string; items: string[] }[] = [];
  for (const { owner, ttl, type, items, isGeneric } of records) {
    if (type !== 'A' || isGeneric || !site.has(items[0] ?? '') || done.has(nameKey(owner))) continue;
    done.add(nameKey(owner));
    add.push({ owner, ttl, type: 'AAAA', items: [address] });
  }
  return { add };
}

/** Removes the AAAA records with the address. */
export function removeIpv6(zone: ZoneFile, address: string): ZoneChanges {
  const value = parseIp(address)?.value;
  const remove = recordsOf(zone)
    .filter(({ type, items, isGeneric }) => {
      return type === 'AAAA' && !isGeneric && parseIp(items[0] ?? '')?.value === value;
    })
    .map(({ line }) => line);
  return { remove };
}

function setKey({ owner }: ZoneRecord, address: string): string {
  return `${nameKey(owner)} ${address}`;
}
