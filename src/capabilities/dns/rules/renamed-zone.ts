// Renames a zone. Every name in the zone is renamed, as an owner and as a target. All other text, such as TXT records
// and comments, keeps its bytes, and every line keeps its position.
import type { Token } from './master-file-lines.ts';
import { FIRST_LINE } from './templates.ts';
import { isWithin, nameKey, readName } from './names.ts';
import { fieldsOf } from './record-types.ts';
import { nextSerial } from './serial.ts';
import {
  type Entry,
  type ZoneFile,
  ZoneFileError,
  type ZoneRecord,
  assertEditable,
  assertReadable,
  readZone,
  recordsOf,
  soaOf,
} from './zone-file.ts';

/**
 * @param to the new name, in canonical form
 * @param today UTC, for the new serial, which is higher than the present one @throws ZoneFileError if the file cannot
 * be edited, or a name would become too long
 */
export function renameZone(zone: ZoneFile, to: string, today: Date): ZoneFile {
  assertEditable(zone);
  assertReadable(zone);
  const soa = soaOf(zone);
  if (soa === undefined) throw new ZoneFileError(1, 'the zone has no SOA record, so it has no serial');
  const serial = nextSerial(Number(soa.items[2]), today).toString();
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of [...replacements(zone, to, soa, serial)].sort(
    (a, b) => a.start - b.start,
  )) {
    parts.push(zone.text.slice(at, start), text);
    at = end;
  }
  const after = readZone(parts.join('') + zone.text.slice(at), to);
  assertReadable(after);
  assertRenamed(zone, after, serial);
  return after;
}

/** The lines, counted from 1, whose texts contain the name of the zone. */
export function linesThatMention(zone: ZoneFile): number[] {
  const name = nameKey(zone.zone).slice(0, -1);
  return recordsOf(zone)
    .filter(({ type, items }) => ['TXT', 'SPF', 'CAA'].includes(type) && items.some((one) => has(one, name)))
    .map(({ line }) => line);
}

function has(text: string, name: string): boolean {
  return ` ${text.toLowerCase()} `
    .split(/[^a-z0-9_.-]+/)
    .some((word) => word === name || word.endsWith(`.${name}`));
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The first line of the templates, now and in earlier versions. */
const FIRST_LINES = [FIRST_LINE, '; Zone file for '];

function* replacements(zone: ZoneFile, to: string, soa: ZoneRecord, serial: string): Generator<Replacement> {
  let origin = zone.zone;
  const ofName = ({ text, start, end }: Pick<Token, 'text' | 'start' | 'end'>): Replacement[] => {
    const after = renamedWord(text, zone.zone, to, origin);
    return after === text ? [] : [{ start, end, text: after }];
  };
  for (const entry of zone.entries) {
    if (entry.kind === 'directive' && entry.name === '$ORIGIN') {
      const value = valueOf(zone, entry);
      yield* ofName(value);
      origin = readName(value.text, origin) ?? origin;
    } else if (entry.kind === 'record') {
      if (entry.layout.owner !== undefined) yield* ofName(entry.layout.owner);
      for (const token of nameTokens(entry)) yield* ofName(token);
      const number = entry === soa ? entry.layout.data[2] : undefined;
      if (number !== undefined) yield { start: number.start, end: number.end, text: serial };
    } else if (entry.kind === 'comment' && entry.line === 1) {
      const { start, end } = entry;
      const text = zone.text.slice(start, end);
      const head = FIRST_LINES.find((one) => text === one + zone.zone.slice(0, -1));
      if (head !== undefined) yield { start, end, text: head + to.slice(0, -1) };
    }
  }
}

function valueOf({ text }: ZoneFile, { start, end }: Entry): Pick<Token, 'text' | 'start' | 'end'> {
  const [, before = '', value = ''] = /^(\S+\s+)([^\s;]+)/.exec(text.slice(start, end)) ?? [];
  return { text: value, start: start + before.length, end: start + before.length + value.length };
}

/** Renames the names in a record’s data. */
function nameTokens({ type, isGeneric, layout: { data } }: ZoneRecord): readonly Token[] {
  const fields = fieldsOf(type);
  // In other types, such as KX, a word that looks like a name in the zone is a name.
  if (fields === undefined) return data.filter(({ text, isQuoted }) => !isQuoted && text.endsWith('.'));
  if (isGeneric) return [];
  return data.filter((_, at) => isName(fields[at]?.kind));
}

const isName = (kind: string | undefined): boolean => kind === 'name' || kind === 'mailbox';

function renamedWord(word: string, from: string, to: string, origin: string): string {
  const name = readName(word, origin);
  if (name === undefined || !isWithin(name, from)) return word;
  const isAbsolute = readName(word, '.') === name;
  // Names relative to an origin in the zone need no change.
  if (!isAbsolute && isWithin(origin, from)) return word;
  const isPlain = isAbsolute && word.toLowerCase().endsWith(nameKey(from));
  return isPlain ? word.slice(0, -from.length) + to : renamed(name, from, to);
}

/** A name in canonical form. */
function renamed(name: string, from: string, to: string): string {
  return isWithin(name, from) ? name.slice(0, name.length - from.length) + to : name;
}

/** Checks that the new file reads back as intended. */
function assertRenamed(before: ZoneFile, after: ZoneFile, serial: string): void {
  const meant = recordsOf(before).map(({ owner, ttl, type, items, isGeneric }) => {
    const fields = isGeneric ? undefined : fieldsOf(type);
    const data = items.map((item, at) =>
      isName(fields?.[at]?.kind) ? renamed(item, before.zone, after.zone) : item,
    );
    const words = type === 'SOA' ? data.with(2, serial) : data;
    return [renamed(owner, before.zone, after.zone), ttl, type, fields === undefined ? [] : words];
  });
  const found = recordsOf(after).map(({ owner, ttl, type, items, isGeneric }) => {
    return [owner, ttl, type, isGeneric || fieldsOf(type) === undefined ? [] : items];
  });
  if (JSON.stringify(meant) === JSON.stringify(found)) return;
  throw new Error('The renamed zone file does not read back as intended.');
}
