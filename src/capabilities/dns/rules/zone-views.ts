// Zone files in the form of the API: the rows of dumpzone, getzonerecord and listmxs, and those of parse_dns_zone.
import type { Field } from '../../../core/define.ts';
import { base64Of, quoteString, textOf } from './octets.ts';
import { fieldsOf, isRecordType } from './record-types.ts';
import { type Entry, type ZoneFile, type ZoneRecord, soaOf, textOfEntry } from './zone-file.ts';

/**
 * A row of dumpzone. “Line” counts from 1; “Lines” is present if the record spans more than one. All other numbers are
 * strings. Owner names end with a dot, but names that records point to do not.
 */
export type ZoneRow = Record<string, string | number | string[]>;

/** WHM shows this if a zone has no SOA record. */
const DEFAULT_TTL = 86_400;

export function zoneRows(zone: ZoneFile): ZoneRow[] {
  const ttl = soaOf(zone)?.items[6] ?? DEFAULT_TTL.toString();
  return zone.entries.flatMap((entry) => rowsOf(zone, entry, ttl));
}

/** The row as getzonerecord and listmxs have it: TTL and preference are numbers. */
export function withNumbers(row: ZoneRow): ZoneRow {
  const numbers = ['ttl', 'preference'].filter((name) => Object.hasOwn(row, name));
  return { ...row, ...Object.fromEntries(numbers.map((name) => [name, Number(row[name])])) };
}

/** The row of the entry that begins at a line, counted from 1. */
export function zoneRow(zone: ZoneFile, line: number): ZoneRow | undefined {
  return zoneRows(zone).find(({ Line }) => Line === line);
}

function rowsOf(zone: ZoneFile, entry: Entry, defaultTtl: string): ZoneRow[] {
  const { line } = entry;
  if (entry.kind === 'record' && isShown(entry)) return [recordRow(entry)];
  if (entry.kind === 'directive' && entry.ttl !== undefined) {
    return [{ Line: line, name: '', ttl: entry.ttl.toString(), type: '$TTL' }];
  }
  // One row per line, so that every line of the file has its own.
  return textOfEntry(zone, entry)
    .split(/\r?\n/)
    .map((raw, index) => ({ Line: line + index, name: '', raw: textOf(raw), ttl: defaultTtl, type: ':RAW' }));
}

/** Types without fields and data in the generic form are shown as raw lines. */
function isShown({ type, isGeneric }: ZoneRecord): boolean {
  return !isGeneric && (isRecordType(type) || type === 'SSHFP');
}

function recordRow(record: ZoneRecord): ZoneRow {
  const { line, lines, owner, ttl, type } = record;
  return {
    Line: line,
    ...(lines > 1 ? { Lines: lines } : {}),
    class: 'IN',
    name: owner,
    ttl: ttl.toString(),
    type,
    ...fieldsOfRow(record),
  };
}

function fieldsOfRow({ type, items }: ZoneRecord): ZoneRow {
  if (type === 'SSHFP') {
    const [algorithm = '', fptype = '', ...fingerprint] = items;
    return { algorithm, fptype, fingerprint: fingerprint.join('') };
  }
  if (type === 'TXT' || type === 'SPF') {
    // “unencoded”: txtdata has no quotes and escapes. char_str_list has the strings with them.
    return { txtdata: textOf(items.join('')), unencoded: 1, char_str_list: items.map(quoteString) };
  }
  const row: Record<string, string> = {};
  for (const [index, { param, kind }] of (fieldsOf(type) ?? []).entries()) {
    const item = items[index] ?? '';
    if (kind === 'name' || kind === 'mailbox') row[param] = item === '.' ? item : item.slice(0, -1);
    else row[param] = kind === 'metres' ? item.replace(/m$/, '') : textOf(item);
  }
  // RFC 1876, section 2: 0 is the only version.
  return type === 'LOC' ? { ...row, version: '0' } : row;
}

export const PARSED_FORM =
  'Values are in Base64 because zones can contain arbitrary bytes. Lines that cannot be parsed are returned as ' +
  'comments. “line_index” counts from 0. Names are as in the file: without a final dot, they are relative to the zone.';

/** The description of a `ParsedRow`. */
export const parsedRow = {
  fields: {
    line_index: { type: 'integer', doc: 'Its first line, counted from 0.' },
    type: { type: 'string', doc: '“record”, “comment” or “control” (a directive).' },
    dname_b64: { type: 'string', optional: true, doc: 'The name of a record.' },
    record_type: { type: 'string', optional: true, doc: 'The type of a record.' },
    ttl: { type: 'integer', optional: true, doc: 'The TTL of a record in seconds.' },
    data_b64: {
      list: { type: 'string', doc: 'One value.' },
      optional: true,
      doc: 'The data of a record.',
    },
    text_b64: { type: 'string', optional: true, doc: 'The text of a comment or directive.' },
  },
} as const satisfies Field;

/** A row of parse_dns_zone; `line_index` counts from 0. Base64, because zones can have any octets. */
export type ParsedRow =
  | {
      line_index: number;
      type: 'record';
      dname_b64: string;
      record_type: string;
      ttl: number;
      data_b64: string[];
    }
  | { line_index: number; type: 'comment' | 'control'; text_b64: string };

export function parsedRows(zone: ZoneFile): ParsedRow[] {
  let written = '';
  let isRelative = true;
  return zone.entries.map((entry): ParsedRow => {
    const line_index = entry.line - 1;
    if (entry.kind === 'record') {
      const { owner, type, ttl, items, layout } = entry;
      // “@” is no name. Behind $ORIGIN, a relative name would be misleading.
      if (!isRelative || layout.owner?.text === '@') written = owner;
      else written = layout.owner?.text ?? written;
      const data_b64 = items.map(base64Of);
      return { line_index, type: 'record', dname_b64: base64Of(written), record_type: type, ttl, data_b64 };
    }
    if (entry.kind === 'directive' && entry.name === '$ORIGIN') isRelative = false;
    const text_b64 = base64Of(textOfEntry(zone, entry));
    return { line_index, type: entry.kind === 'directive' ? 'control' : 'comment', text_b64 };
  });
}
