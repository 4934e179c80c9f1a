// Edits a zone file by line. Other lines keep their bytes, position and meaning: if a line inherits its owner or TTL
// from a line that changes, that value is written into it. Multi-line records keep their layout if their number of
// words stays the same. New records are added at the end of the file. Lines after a removed line move up.
import { badParam, notFound } from '../../../core/errors.ts';
import { writeItems } from './record-data.ts';
import { isNewer, nextSerial } from './serial.ts';
import {
  type Entry,
  RecordSets,
  type ZoneFile,
  ZoneFileError,
  type ZoneRecord,
  assertEditable,
  assertReadable,
  readZone,
  soaOf,
} from './zone-file.ts';
import { assertNoNewProblems } from './zone-rules.ts';

/** A record without its position in a file. */
export type RecordContent = Pick<ZoneRecord, 'owner' | 'ttl' | 'type' | 'items'> & {
  /** The owner as the client wrote it: relative to the zone, or with a final dot. Default: as in `owner`. */
  readonly written?: string | undefined;
};

/** All line numbers refer to the file before the change, counted from 1. */
export interface ZoneChanges {
  readonly add?: readonly RecordContent[];
  readonly edit?: readonly { readonly line: number; readonly record: RecordContent }[];
  readonly remove?: readonly number[];
}

export interface EditedZone {
  readonly zone: ZoneFile;
  /** The new serial of the zone. */
  readonly serial: number;
}

/**
 * Applies changes to a zone file, all or none, and raises the serial. @param today UTC, for the serial @throws ApiError
 * `bad_param` or `not_found` if a change is not possible or breaks a rule of zone-rules.ts
 * @throws ZoneFileError if the file cannot be edited
 */
export function editZone(zone: ZoneFile, changes: ZoneChanges, today: Date): EditedZone {
  assertEditable(zone);
  const soa = soaOf(zone);
  if (soa === undefined) throw new ZoneFileError(1, 'the zone has no SOA record, so it has no serial');
  const byLine = new Map(zone.entries.map((entry) => [entry.line, entry]));
  const edits = editsByLine(byLine, isRelative(zone) ? changes : withoutWritten(changes));
  const removed = removedLines(byLine, changes, edits);
  const serial = serialAfter(soa, edits.get(soa.line), today);
  const content = edits.get(soa.line) ?? soa;
  edits.set(soa.line, { ...content, items: content.items.with(2, serial.toString()) });

  const added = (isRelative(zone) ? changes : withoutWritten(changes)).add ?? [];
  const after = applyEdits(zone, edits, removed, added);
  assertReadable(after);
  assertNoNewProblems(zone, after);
  return { zone: after, serial };
}

/** True if relative names are those of the zone on every line. */
function isRelative({ entries }: ZoneFile): boolean {
  return !entries.some((entry) => entry.kind === 'directive' && entry.name === '$ORIGIN');
}

function withoutWritten({ add = [], edit = [], ...others }: ZoneChanges): ZoneChanges {
  const plain = (record: RecordContent): RecordContent => ({ ...record, written: undefined });
  return {
    ...others,
    add: add.map(plain),
    edit: edit.map(({ line, record }) => ({ line, record: plain(record) })),
  };
}

type Edits = Map<number, RecordContent>;

function editsByLine(byLine: ReadonlyMap<number, Entry>, { edit = [] }: ZoneChanges): Edits {
  const edits: Edits = new Map();
  for (const { line, record } of edit) {
    const entry = byLine.get(line);
    if (entry?.kind !== 'record') {
      // The beginning is what scripts match.
      throw notFound(`Failed to serialize record: line ${line} has no record to edit.`);
    }
    if (edits.has(line)) throw badParam(`Line ${line} is edited twice.`);
    if ((entry.type === 'SOA') !== (record.type === 'SOA')) {
      throw badParam(
        `Line ${line}: an SOA record cannot be changed to another type, and no other record can become the SOA record.`,
      );
    }
    edits.set(line, record);
  }
  return edits;
}

function removedLines(
  byLine: ReadonlyMap<number, Entry>,
  { remove = [] }: ZoneChanges,
  edits: Edits,
): ReadonlySet<number> {
  for (const line of remove) {
    const entry = byLine.get(line);
    // The wording that scripts match.
    if (entry === undefined) throw notFound(`Unable to find a record on specified line: ${line}`);
    if (entry.kind === 'directive') {
      throw badParam(
        `Line ${line} is the directive ${entry.name}. It cannot be removed, because other lines depend on it.`,
      );
    }
    if (entry.kind === 'record' && entry.type === 'SOA') {
      throw badParam(`Line ${line} is the SOA record. It cannot be removed, because every zone needs one.`);
    }
    if (edits.has(line)) throw badParam(`Line ${line} cannot be both edited and removed.`);
  }
  return new Set(remove);
}

/** The entry that begins at the line. */
export function entryAt(zone: ZoneFile, line: number): Entry | undefined {
  return zone.entries.find((entry) => entry.line === line);
}

/** A caller can set the serial by editing the SOA record, if it is higher than the present one. */
function serialAfter(soa: ZoneRecord, edited: RecordContent | undefined, today: Date): number {
  const present = Number(soa.items[2]);
  const chosen = Number(edited?.items[2] ?? present);
  return isNewer(chosen, present) ? chosen : nextSerial(present, today);
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function applyEdits(
  zone: ZoneFile,
  edits: Edits,
  removed: ReadonlySet<number>,
  added: readonly RecordContent[],
): ZoneFile {
  const expected = zone.entries.flatMap((entry): RecordContent[] => {
    if (entry.kind !== 'record' || removed.has(entry.line)) return [];
    return [edits.get(entry.line) ?? entry];
  });
  expected.push(...added);
  // If the layout does not fit the new words, the record is written on one line. The result is read back, so that no
  // value can become another record or a directive.
  for (const keepsLayout of [true, false]) {
    const text = append(rewrite(zone, edits, removed, keepsLayout), added, eolOf(zone));
    const after = readZone(text, zone.zone);
    if (hasRecords(after, expected) && directivesOf(after) === directivesOf(zone)) return after;
  }
  throw new Error('The edited zone file does not read back as intended.');
}

function hasRecords(zone: ZoneFile, expected: readonly RecordContent[]): boolean {
  let index = 0;
  for (const entry of zone.entries) {
    if (entry.kind !== 'record') continue;
    const meant = expected[index++];
    if (meant?.owner !== entry.owner || meant.ttl !== entry.ttl || meant.type !== entry.type) return false;
    if (meant.items.length !== entry.items.length) return false;
    if (!entry.items.every((item, at) => item === meant.items[at])) return false;
  }
  return index === expected.length;
}

function directivesOf(zone: ZoneFile): string {
  return zone.entries
    .filter(({ kind }) => kind === 'directive')
    .map(({ start, end }) => zone.text.slice(start, end))
    .join('\n');
}

/** The values that a line without owner or TTL inherits from the lines before it; see State in zone-file.ts. */
interface Inherited {
  owner: string | undefined;
  ttl: number | undefined;
  defaultTtl: number | undefined;
  readonly sets: RecordSets;
}

function rewrite(zone: ZoneFile, edits: Edits, removed: ReadonlySet<number>, keepsLayout: boolean): string {
  const inherited: Inherited = {
    owner: undefined,
    ttl: undefined,
    defaultTtl: undefined,
    sets: new RecordSets(),
  };
  const replacements: Replacement[] = [];
  for (const entry of zone.entries) {
    if (removed.has(entry.line)) {
      replacements.push({ start: entry.start, end: afterLineBreak(zone.text, entry.end), text: '' });
    } else if (entry.kind === 'directive') {
      inherited.defaultTtl = entry.ttl ?? inherited.defaultTtl;
    } else if (entry.kind === 'record') {
      const edited = edits.get(entry.line);
      replacements.push(...rewriteRecord(entry, edited, inherited, keepsLayout));
    }
  }
  return replace(zone.text, replacements);
}

function append(text: string, added: readonly RecordContent[], eol: string): string {
  if (added.length === 0) return text;
  const isOpen = text !== '' && !text.endsWith('\n');
  return text + (isOpen ? eol : '') + added.map((one) => writeRecord(one) + eol).join('');
}

function rewriteRecord(
  present: ZoneRecord,
  edited: RecordContent | undefined,
  inherited: Inherited,
  keepsLayout: boolean,
): Replacement[] {
  const meant: RecordContent = edited ?? present;
  const { layout, start, end } = present;
  const fits = meant.type === present.type && meant.items.length === layout.data.length;
  if (edited !== undefined && !(keepsLayout && fits)) {
    inherited.owner = meant.owner;
    inherited.ttl = inherited.sets.next(meant.owner, meant.type, meant.ttl);
    const comment = layout.comment === '' ? '' : ` ${layout.comment}`;
    const kept = meant.owner === present.owner ? layout.owner?.text : undefined;
    return [{ start, end, text: writeRecord({ ...meant, written: kept ?? meant.written }) + comment }];
  }

  const replacements: Replacement[] = [];
  if (layout.owner === undefined) {
    if (inherited.owner !== meant.owner) replacements.push({ start, end: start, text: meant.owner });
  } else if (meant.owner !== present.owner) {
    replacements.push({
      start: layout.owner.start,
      end: layout.owner.end,
      text: meant.written ?? meant.owner,
    });
  }
  replacements.push(...rewriteTtl(present, meant, inherited));
  inherited.owner = meant.owner;
  if (edited === undefined) return replacements;
  const words = writeItems(meant.type, meant.items);
  for (const [index, { start: from, end: to }] of layout.data.entries()) {
    if (meant.items[index] === present.items[index]) continue;
    replacements.push({ start: from, end: to, text: words[index] ?? '' });
  }
  return replacements;
}

function rewriteTtl(present: ZoneRecord, meant: RecordContent, inherited: Inherited): Replacement[] {
  const { ttl, typeStart } = present.layout;
  const isMinimum = meant.type === 'SOA' && inherited.defaultTtl === undefined && inherited.ttl === undefined;
  const omitted = isMinimum ? Number(meant.items[6]) : (inherited.defaultTtl ?? inherited.ttl);
  inherited.ttl = inherited.sets.next(meant.owner, meant.type, meant.ttl);
  if (ttl !== undefined) {
    // A value with units, such as 1h, keeps them.
    return meant.ttl === present.ttl ? [] : [{ start: ttl.start, end: ttl.end, text: meant.ttl.toString() }];
  }
  if (omitted !== meant.ttl) return [{ start: typeStart, end: typeStart, text: `${meant.ttl} ` }];
  if (isMinimum) inherited.defaultTtl = omitted;
  return [];
}

function replace(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: part } of replacements) {
    parts.push(text.slice(at, start), part);
    at = end;
  }
  return parts.join('') + text.slice(at);
}

function afterLineBreak(text: string, end: number): number {
  return end + (/^(?:\r\n|\n)?/.exec(text.slice(end, end + 2))?.[0].length ?? 0);
}

function eolOf({ text }: ZoneFile): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** One line of a zone file, without its line break. */
export function writeRecord({ owner, written = owner, ttl, type, items }: RecordContent): string {
  return [written, ttl, 'IN', type, writeItems(type, items).join(' ')].join('\t');
}
