// Reads the master file of a zone (RFC 1035, section 5; $TTL of RFC 2308, section 4) and keeps every line. BIND is the
// reference: the tests compare this reader with named-compilezone.
import { DataFault, MAX_TTL, readDuration } from './field-kinds.ts';
import { type LogicalLine, type Token, logicalLines } from './master-file-lines.ts';
import { nameKey, readName } from './names.ts';
import { readItems } from './record-data.ts';
import { isKnownType } from './record-types.ts';

export interface ZoneFile {
  /** The zone’s name in canonical form. */
  readonly zone: string;
  /** The file as octets; see octets.ts. */
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** The content of one line, or of several lines that parentheses join. */
export type Entry = ZoneRecord | Directive | Comment | Unreadable;

interface EntryLines {
  /** The first line, counted from 1: WHM’s “Line”. “line_index” is one less. */
  readonly line: number;
  /** How many lines of the file it spans. */
  readonly lines: number;
  /** The offsets in the text, without the last line break. */
  readonly start: number;
  readonly end: number;
}

export interface ZoneRecord extends EntryLines {
  readonly kind: 'record';
  /** In canonical form, in the case of the file. */
  readonly owner: string;
  /** Seconds. */
  readonly ttl: number;
  /** Upper case. */
  readonly type: string;
  /** The data; see record-data.ts. */
  readonly items: readonly string[];
  /**
   * The items are words of the file: the data is written as \# LENGTH HEX (RFC 3597), or the type is not in
   * record-types.ts.
   */
  readonly isGeneric: boolean;
  readonly layout: RecordLayout;
}

/** The layout of a record, for edits that change as little as possible. */
export interface RecordLayout {
  /** Undefined if the line omits the owner and so inherits that of the record before. */
  readonly owner: Token | undefined;
  /** Undefined if the line omits the TTL. */
  readonly ttl: Token | undefined;
  /** Where an omitted TTL comes from. */
  readonly ttlFrom: 'line' | 'default' | 'previous' | 'minimum';
  /** The offset of the type, or of the class before it. */
  readonly typeStart: number;
  readonly data: readonly Token[];
  /** The comment at the end of the last line. */
  readonly comment: string;
}

export interface Directive extends EntryLines {
  readonly kind: 'directive';
  /** Upper case, with its dollar sign. */
  readonly name: string;
  /** The seconds of $TTL. */
  readonly ttl?: number;
}

/** A comment line or an empty line. */
export interface Comment extends EntryLines {
  readonly kind: 'comment';
}

/** A line that BIND does not load. It is kept unchanged. */
export interface Unreadable extends EntryLines {
  readonly kind: 'unreadable';
  /** A clause without a full stop. */
  readonly reason: string;
}

/** The zone file cannot be edited, or BIND would not load it. */
export class ZoneFileError extends Error {
  override readonly name = 'ZoneFileError';
  /** Counted from 1. */
  readonly line: number;
  /** A clause without a final stop. */
  readonly reason: string;

  constructor(line: number, reason: string) {
    super(`Line ${line} of the zone file: ${reason}.`);
    this.line = line;
    this.reason = reason;
  }
}

/** The values that apply at a line. */
interface State {
  origin: string;
  owner: string | undefined;
  /** The value of $TTL, or the minimum of an SOA record without a TTL. */
  defaultTtl: number | undefined;
  /** The TTL of the record before (RFC 1035). */
  ttl: number | undefined;
  readonly sets: RecordSets;
}

/**
 * The TTLs that BIND uses. In a run of lines with the same name, records of one type have the TTL of the first. A line
 * that inherits the TTL of the record before inherits this one.
 */
export class RecordSets {
  #owner = '';
  readonly #ttls = new Map<string, number>();

  /** Returns the TTL that BIND uses for the next record of the file. */
  next(owner: string, type: string, ttl: number): number {
    if (nameKey(owner) !== this.#owner) this.#ttls.clear();
    this.#owner = nameKey(owner);
    const first = this.#ttls.get(type) ?? ttl;
    this.#ttls.set(type, first);
    return first;
  }
}

/**
 * @param text the file as octets
 * @param zone in canonical form
 */
export function readZone(text: string, zone: string): ZoneFile {
  const state: State = {
    origin: zone,
    owner: undefined,
    defaultTtl: undefined,
    ttl: undefined,
    sets: new RecordSets(),
  };
  return { zone, text, entries: logicalLines(text).map((line) => readEntry(line, state)) };
}

function readEntry(line: LogicalLine, state: State): Entry {
  const where = { line: line.line, lines: line.lines, start: line.start, end: line.end };
  try {
    if (line.fault !== undefined) throw new DataFault(line.fault);
    const first = line.tokens[0];
    if (first === undefined) return { kind: 'comment', ...where };
    if (!line.isIndented && first.text.startsWith('$')) {
      return { kind: 'directive', ...where, ...readDirective(line.tokens, state) };
    }
    return { kind: 'record', ...where, ...readRecord(line, state) };
  } catch (error) {
    if (error instanceof DataFault) return { kind: 'unreadable', ...where, reason: error.message };
    throw error;
  }
}

function readDirective(
  [first, value, more]: readonly Token[],
  state: State,
): Pick<Directive, 'name' | 'ttl'> {
  const name = first?.text.toUpperCase() ?? '';
  // They make records that are not lines of this file, so the file cannot be edited; see assertEditable.
  if (name === '$INCLUDE' || name === '$GENERATE') return { name };
  if (name !== '$ORIGIN' && name !== '$TTL') throw new DataFault(`there is no directive ${name}`);
  if (value === undefined || more !== undefined) throw new DataFault(`${name} has exactly one value`);
  if (name === '$ORIGIN') {
    const origin = readName(value.text, state.origin);
    if (origin === undefined) throw new DataFault('the value of $ORIGIN is not a domain name');
    state.origin = origin;
    return { name };
  }
  const ttl = readDuration(value.text);
  if (ttl === undefined)
    throw new DataFault(`the value of $TTL is not a number of seconds from 0 to ${MAX_TTL}`);
  state.defaultTtl = ttl;
  return { name, ttl };
}

function readRecord(line: LogicalLine, state: State): Omit<ZoneRecord, 'kind' | keyof EntryLines> {
  const { tokens } = line;
  const ownerToken = line.isIndented ? undefined : tokens[0];
  const owner = ownerToken === undefined ? state.owner : readName(ownerToken.text, state.origin);
  if (owner === undefined) {
    throw new DataFault(
      ownerToken === undefined ? 'no owner name is known yet' : 'the owner is not a domain name',
    );
  }
  state.owner = owner;

  // [class] [TTL] [class] type
  let next = ownerToken === undefined ? 0 : 1;
  let typeStart: number | undefined;
  const readClass = (): void => {
    const token = tokens[next];
    if (token === undefined || !CLASS.test(token.text)) return;
    if (!/^(?:IN|CLASS1)$/i.test(token.text)) throw new DataFault(`the class is ${token.text}, not IN`);
    typeStart ??= token.start;
    next += 1;
  };
  readClass();
  const ttlToken = isDuration(tokens[next]) ? tokens[next] : undefined;
  const hasClass = typeStart !== undefined;
  if (ttlToken !== undefined) next += 1;
  if (!hasClass) readClass();
  const typeToken = tokens[next];
  const type = typeToken?.text.toUpperCase();
  if (typeToken === undefined || type === undefined) throw new DataFault('the record has no type');
  if (!isKnownType(type)) throw new DataFault(`${typeToken.text} is not a record type`);

  const data = tokens.slice(next + 1);
  const items = readItems(type, data, state.origin);
  const { ttl, ttlFrom } = readTtl(ttlToken, type, items, state);
  state.ttl = state.sets.next(owner, type, ttl);
  return {
    owner,
    ttl,
    type,
    items,
    isGeneric: data[0]?.text === '\\#' && !data[0].isQuoted,
    layout: {
      owner: ownerToken,
      ttl: ttlToken,
      ttlFrom,
      typeStart: typeStart ?? typeToken.start,
      data,
      comment: line.comment,
    },
  };
}

const CLASS = /^(?:IN|CH|CHAOS|HS|HESIOD|ANY|NONE|RESERVED0|CLASS\d{1,5})$/i;

function isDuration(token: Token | undefined): boolean {
  if (token === undefined || !/^\d/.test(token.text)) return false;
  if (readDuration(token.text) !== undefined) return true;
  if (/^\d+$/.test(token.text)) throw new DataFault(`the TTL is above ${MAX_TTL}`);
  return false;
}

function readTtl(
  token: Token | undefined,
  type: string,
  items: readonly string[],
  state: State,
): { ttl: number; ttlFrom: RecordLayout['ttlFrom'] } {
  if (token !== undefined) return { ttl: readDuration(token.text) ?? 0, ttlFrom: 'line' };
  if (state.defaultTtl !== undefined) return { ttl: state.defaultTtl, ttlFrom: 'default' };
  if (state.ttl !== undefined) return { ttl: state.ttl, ttlFrom: 'previous' };
  if (type !== 'SOA') throw new DataFault('the record has no TTL, and there is no $TTL before it');
  // BIND does this, and uses the value for all records that follow.
  const minimum = Number(items[6]);
  state.defaultTtl = minimum;
  return { ttl: minimum, ttlFrom: 'minimum' };
}

export function recordsOf(zone: ZoneFile): ZoneRecord[] {
  return zone.entries.filter((entry) => entry.kind === 'record');
}

/** The zone’s own SOA record, if it has one. */
export function soaOf(zone: ZoneFile): ZoneRecord | undefined {
  return zone.entries.find((entry) => entry.kind === 'record' && entry.type === 'SOA' && !entry.isGeneric) as
    ZoneRecord | undefined;
}

/** The text of an entry, as in the file. */
export function textOfEntry(zone: ZoneFile, { start, end }: Entry): string {
  return zone.text.slice(start, end);
}

/** @throws ZoneFileError if the file has $INCLUDE or $GENERATE, whose records are not lines of the file */
export function assertEditable(zone: ZoneFile): void {
  for (const entry of zone.entries) {
    if (entry.kind === 'directive' && (entry.name === '$INCLUDE' || entry.name === '$GENERATE')) {
      throw new ZoneFileError(
        entry.line,
        `${entry.name} creates records that are not lines of this file, so the file can only be edited by hand. ` +
          'Replace the directive with the records that it creates',
      );
    }
  }
}

/** @throws ZoneFileError for the first line that BIND would not load */
export function assertReadable(zone: ZoneFile): void {
  for (const entry of zone.entries) {
    if (entry.kind === 'unreadable') throw new ZoneFileError(entry.line, entry.reason);
  }
}
