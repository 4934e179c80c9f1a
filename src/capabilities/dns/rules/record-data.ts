// The data of a record as a list of items: one per field, or one per string for TXT and SPF. Items are octets without
// quotes and escapes, names in canonical form and numbers in decimal. Records are compared by their items and written
// from them. Data of types that are not in record-types.ts stays a list of words.
import { DataFault, MAX_STRING, expectations, isText, normalise } from './field-kinds.ts';
import { readLocation } from './location.ts';
import type { Token } from './master-file-lines.ts';
import { readName } from './names.ts';
import { quoteString, unescapeOctets } from './octets.ts';
import { type Field, fieldsOf } from './record-types.ts';

/** RFC 1035, section 3.2.1: the length of the data is a 16-bit number. */
const MAX_DATA = 65_535;

/**
 * Reads the data of a record in a master file.
 * @throws DataFault with what is wrong
 */
export function readItems(type: string, tokens: readonly Token[], origin: string): string[] {
  const fields = fieldsOf(type);
  // RFC 3597, section 5: data of any type can be written as \# LENGTH HEX. Such data is not decoded.
  if (fields === undefined || tokens[0]?.text === '\\#') return wordsOf(tokens);
  if (type === 'LOC') return readLocation(tokens.map(({ text }) => text));
  const items: string[] = [];
  for (const [index, field] of fields.entries()) {
    const token = tokens[index];
    if (field.kind === 'service-parameters') {
      // There may be none.
      items.push(...wordsOf(tokens.slice(index)));
      continue;
    }
    if (token === undefined) throw new DataFault(`the ${type} record has no ${field.param}`);
    if (field.kind === 'strings')
      items.push(...tokens.slice(index).map((one) => readItem(field, one, origin)));
    else if (field.kind === 'hex') items.push(readHex(field, tokens.slice(index)));
    else items.push(readItem(field, token, origin));
  }
  const last = fields.at(-1)?.kind;
  const isOpen = last === 'strings' || last === 'hex' || last === 'service-parameters';
  if (tokens.length > fields.length && !isOpen) {
    throw new DataFault(`the ${type} record has more than ${fields.length} fields`);
  }
  return items;
}

/** The words as written. A quoted string that directly follows a word belongs to it, as in alpn="h2" (RFC 9460). */
function wordsOf(tokens: readonly Token[]): string[] {
  const words: string[] = [];
  for (const [index, { text, isQuoted, start }] of tokens.entries()) {
    const word = isQuoted ? `"${text}"` : text;
    if (tokens[index - 1]?.end === start) words.push(`${words.pop() ?? ''}${word}`);
    else words.push(word);
  }
  return words;
}

function readItem({ kind, param }: Field, { text }: Token, origin: string): string {
  const octets = kind === 'name' || kind === 'mailbox' ? readName(text, origin) : unescapeOctets(text);
  const item = octets === undefined ? undefined : normalise(kind, octets);
  if (item === undefined) throw new DataFault(`the ${param} is not ${expectations[kind]}`);
  return item;
}

function readHex({ param }: Field, tokens: readonly Token[]): string {
  const hex = normalise('hex', tokens.map(({ text }) => text).join(''));
  if (hex === undefined) throw new DataFault(`the ${param} is not ${expectations.hex}`);
  return hex;
}

/** Writes items as words of a master file. No item, whatever it contains, can add another record. */
export function writeItems(type: string, items: readonly string[]): string[] {
  const fields = fieldsOf(type);
  // Data of other types is written exactly as it was read.
  if (fields === undefined) return [...items];
  return items.map((item, index) => {
    const kind = (fields[index] ?? fields.at(-1))?.kind;
    return isText(kind) ? quoteString(item) : item;
  });
}

/**
 * Divides octets into character strings, if possible between UTF-8 characters. @returns at least one string; undefined
 * if the text is too long for a record
 */
export function splitStrings(octets: string): string[] | undefined {
  const strings: string[] = [];
  let start = 0;
  while (octets.length - start > MAX_STRING) {
    let end = start + MAX_STRING;
    // 10xxxxxx is a continuation octet. A character has at most three.
    for (let back = 0; back < 4; back++) {
      if ((octets.charCodeAt(end - back) & 0xc0) !== 0x80) {
        end -= back;
        break;
      }
    }
    strings.push(octets.slice(start, end));
    start = end;
  }
  strings.push(octets.slice(start));
  return octets.length + strings.length <= MAX_DATA ? strings : undefined;
}
