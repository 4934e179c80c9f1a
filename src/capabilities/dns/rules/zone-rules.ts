// Rules about a whole zone rather than a single line. A change must not break a rule that the zone kept before.
// Existing problems of a zone do not block other changes.
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { isWithin, nameKey } from './names.ts';
import { type ZoneFile, type ZoneRecord, recordsOf } from './zone-file.ts';

export interface Problem {
  /** The line of the problem, counted from 1. Undefined if it concerns the whole zone. */
  readonly line: number | undefined;
  /** A sentence. */
  readonly reason: string;
}

/** Types that are allowed next to a CNAME (DNSSEC: RFC 4034, section 2.5 and others). */
const besideCname: ReadonlySet<string> = new Set(['CNAME', 'RRSIG', 'NSEC', 'KEY', 'NXT', 'SIG']);

export function problemsOf(zone: ZoneFile): Problem[] {
  const records = recordsOf(zone);
  const byOwner = new Map<string, ZoneRecord[]>();
  for (const record of records) {
    const key = nameKey(record.owner);
    const ofOwner = byOwner.get(key);
    if (ofOwner === undefined) byOwner.set(key, [record]);
    else ofOwner.push(record);
  }
  return [
    ...apexProblems(zone.zone, records, byOwner),
    ...outsideProblems(zone.zone, records),
    ...[...byOwner.values()].flatMap((ofOwner) => [...cnameProblems(ofOwner), ...duplicateProblems(ofOwner)]),
  ];
}

type ByOwner = ReadonlyMap<string, readonly ZoneRecord[]>;

function apexProblems(zone: string, records: readonly ZoneRecord[], byOwner: ByOwner): Problem[] {
  const soas = records.filter(({ type }) => type === 'SOA');
  const ofApex = byOwner.get(nameKey(zone)) ?? [];
  const servers = ofApex.filter(({ type }) => type === 'NS');
  const problems: Problem[] = [];
  if (soas.length === 0) problems.push({ line: undefined, reason: 'The zone has no SOA record.' });
  for (const { line } of soas.slice(1))
    problems.push({ line, reason: 'The zone has more than one SOA record.' });
  for (const { line, owner } of soas) {
    if (nameKey(owner) === nameKey(zone)) continue;
    problems.push({
      line,
      reason: `The SOA record must have the name of the zone, ${shown(zone)}, not ${shown(owner)}.`,
    });
  }
  if (servers.length === 0)
    problems.push({ line: undefined, reason: 'The zone has no NS record for its own name.' });
  return [...problems, ...servers.flatMap((server) => serverProblems(server, zone, byOwner))];
}

/** BIND does not load a zone if one of its nameservers has a name in the zone but no address. */
function serverProblems({ line, items, isGeneric }: ZoneRecord, zone: string, byOwner: ByOwner): Problem[] {
  const [server = ''] = items;
  if (isGeneric || !isWithin(server, zone)) return [];
  const own = byOwner.get(nameKey(server));
  if (own?.some(({ type }) => type === 'A' || type === 'AAAA') === true) return [];
  if (own?.some(({ type }) => type === 'CNAME') === true) {
    return [{ line, reason: `The nameserver ${shown(server)} is an alias (CNAME), which RFC 2181 forbids.` }];
  }
  // The address can come from a wildcard, and a delegated name is not in the zone. BIND’s checker decides.
  const above = nameKey(server)
    .split('.')
    .slice(1)
    .map((_, index, labels) => labels.slice(index).join('.'));
  const isCovered = above.some(
    (name) =>
      byOwner.has(`*.${name}`) ||
      (name !== nameKey(zone) && (byOwner.get(name)?.some(({ type }) => type === 'NS') ?? false)),
  );
  if (isCovered) return [];
  return [
    {
      line,
      reason: `The nameserver ${shown(server)} is in the zone but has no address. Add an A or AAAA record.`,
    },
  ];
}

function outsideProblems(zone: string, records: readonly ZoneRecord[]): Problem[] {
  return records
    .filter(({ owner }) => !isWithin(owner, zone))
    .map(({ line, owner }) => ({
      line,
      reason: `The name ${shown(owner)} is not in the zone ${shown(zone)}.`,
    }));
}

function cnameProblems(ofOwner: readonly ZoneRecord[]): Problem[] {
  const alias = ofOwner.find(({ type }) => type === 'CNAME');
  if (alias === undefined) return [];
  const owner = shown(alias.owner);
  const second = ofOwner.filter((one) => one.type === 'CNAME' && one !== alias);
  const others = ofOwner.filter(({ type }) => !besideCname.has(type));
  return [
    ...second.map(({ line }) => ({ line, reason: `The name ${owner} has more than one CNAME record.` })),
    ...others.map(({ line, type }) => ({
      line,
      reason: `The name ${owner} has a CNAME record and a record of type ${type}. A CNAME must be the only record of its name.`,
    })),
  ];
}

function duplicateProblems(ofOwner: readonly ZoneRecord[]): Problem[] {
  const known = new Map<string, ZoneRecord>();
  const problems: Problem[] = [];
  for (const record of ofOwner) {
    const key = dataKey(record);
    const first = known.get(key);
    if (first === undefined) known.set(key, record);
    else {
      const reason = `The ${record.type} record of ${shown(record.owner)} is a duplicate: another line has the same data.`;
      problems.push({ line: record.line, reason });
    }
  }
  return problems;
}

/** A key that is equal for records with the same data. Strings are case-sensitive, names are not. */
function dataKey({ type, items }: ZoneRecord): string {
  const isText = ['TXT', 'SPF', 'HINFO', 'CAA', 'NAPTR', 'HTTPS', 'SVCB'].includes(type);
  return JSON.stringify([type, ...(isText ? items : items.map(nameKey))]);
}

/** @throws ApiError `bad_param` with the first problem that the change causes */
export function assertNoNewProblems(before: ZoneFile, after: ZoneFile): void {
  const known = new Map<string, number>();
  for (const { reason } of problemsOf(before)) known.set(reason, (known.get(reason) ?? 0) + 1);
  for (const { reason } of problemsOf(after)) {
    const left = known.get(reason) ?? 0;
    if (left === 0) throw badParam(reason);
    known.set(reason, left - 1);
  }
}

function shown(name: string): string {
  return quote(name === '.' ? name : name.slice(0, -1));
}
