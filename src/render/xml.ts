// XML 1.0. xmlbuilder2 renders ordinary responses. It needs about 100 µs and 25 KB for a record of 20 fields, so our
// own writer writes large responses, with the same text.
import { create } from 'xmlbuilder2';
import type { Envelope } from '../core/envelope.ts';
import { entriesOf, itemsOf } from '../core/long-list.ts';
import { isHash, type Hash, type Value } from '../core/values.ts';
import { pieces, toAnswer, type Answer } from './answer.ts';

type XMLBuilder = ReturnType<typeof create>;

/** The element name for a list inside a list, which has no key. */
const ITEM = 'item';

export function renderXml(envelope: Envelope): Iterable<string> {
  const rooted = withOwnRoot(envelope);
  const { content, isLarge, path, long } = toAnswer(rooted);
  const { root } = rooted;
  return isLarge ? pieces(writtenXml(content, path, root, long)) : [builtXml(content, root)];
}

/** The response of a function of API 2 already has its root element: `cpanelresult`. */
function withOwnRoot(envelope: Envelope): Envelope {
  const { flat, data = {} } = envelope;
  const { cpanelresult: inner, ...others } = data;
  if (flat !== true || inner === undefined || !isHash(inner) || Object.keys(others).length > 0)
    return envelope;
  return { ...envelope, data: inner, root: 'cpanelresult' };
}

/** Renders the document with xmlbuilder2. */
export function builtXml(content: Hash, root = 'result'): string {
  const document = create({ version: '1.0', encoding: 'UTF-8' });
  buildMembers(document.ele(root), content);
  // xmlbuilder2 does not escape a carriage return, which parsers would convert to a line feed.
  return `${document.end({ prettyPrint: true }).replaceAll('\r', '&#xD;')}\n`;
}

/** Renders the same document piece by piece, with our own writer. */
export function* writtenXml(
  content: Hash,
  path: readonly string[],
  root = 'result',
  long?: Answer['long'],
): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield* parentTexts(xmlName(root), memberTexts(content, { path, long }, '  '), '');
}

function buildMembers(parent: XMLBuilder, hash: Hash): void {
  for (const [key, value] of Object.entries(hash)) buildElements(parent, xmlName(key), value);
}

/**
 * Builds single nodes instead of passing objects, because xmlbuilder2 interprets `@`, `#`, `$`, `!` and `?` in objects.
 */
function buildElements(parent: XMLBuilder, name: string, value: Value): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (Array.isArray(item)) buildElements(parent.ele(name), ITEM, item);
      else buildElements(parent, name, item);
    }
    return;
  }
  const element = parent.ele(name);
  if (isHash(value)) buildMembers(element, value);
  else if (value !== null && value !== '') element.txt(legalText(String(value)));
}

function* memberTexts(
  hash: Hash,
  { path, long }: Pick<Answer, 'path' | 'long'>,
  pad: string,
): Generator<string> {
  const [step, ...rest] = path;
  for (const [key, value] of step === undefined && long !== undefined
    ? entriesOf(long)
    : Object.entries(hash)) {
    const name = xmlName(key);
    if (key === step && Array.isArray(value)) {
      const items = long !== undefined && rest.length === 0 ? itemsOf(long) : value;
      for (const item of items) yield elementText(name, [item], pad);
    } else if (key === step && isHash(value)) {
      yield* parentTexts(name, memberTexts(value, { path: rest, long }, `${pad}  `), pad);
    } else {
      yield elementText(name, value, pad);
    }
  }
}

/** Returns the result of parentText as one text per member. */
function* parentTexts(name: string, members: Iterable<string>, pad: string): Generator<string> {
  let isEmpty = true;
  for (const text of members) {
    if (isEmpty && text !== '') yield `${pad}<${name}>\n`;
    isEmpty &&= text === '';
    yield text;
  }
  yield isEmpty ? `${pad}<${name}/>\n` : `${pad}</${name}>\n`;
}

/** Returns one element, or one element for each member of a list. */
function elementText(name: string, value: Value, pad: string): string {
  if (Array.isArray(value)) {
    let text = '';
    for (const item of value) {
      text += Array.isArray(item)
        ? parentText(name, elementText(ITEM, item, `${pad}  `), pad)
        : elementText(name, item, pad);
    }
    return text;
  }
  if (isHash(value)) {
    let members = '';
    for (const key in value) members += elementText(xmlName(key), value[key] as Value, `${pad}  `);
    return parentText(name, members, pad);
  }
  if (value === null || value === '') return `${pad}<${name}/>\n`;
  return `${pad}<${name}>${typeof value === 'number' ? value : escapedText(value)}</${name}>\n`;
}

function parentText(name: string, members: string, pad: string): string {
  return members === '' ? `${pad}<${name}/>\n` : `${pad}<${name}>\n${members}${pad}</${name}>\n`;
}

const obviousText = /^[ !"#$%'-;=?-~]*$/;
/** Characters that XML 1.0 does not allow, even if escaped. */
const forbidden = /[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]/g;

/** Prepares a text for xmlbuilder2, which escapes every `<` and `>`, but an `&` only if no name and `;` follow. */
function legalText(text: string): string {
  return text.replace(forbidden, '\uFFFD').replaceAll('&', '&amp;');
}

function escapedText(text: string): string {
  if (obviousText.test(text)) return text;
  return legalText(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');
}

// Converts keys to names of XML elements without loss.

/**
 * The characters that a name can start with, and those that it can contain. They are the same as in XML 1.0, fifth
 * edition, except colons, characters after U+FFFF, and U+1680 and U+FEFF, which most programs (including xmlbuilder2)
 * treat as white space.
 */
const nameStart =
  'A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u167F\\u1681-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFEFE\\uFF00-\\uFFFD';
const nameRest = `\\u0300-\\u036F\\u203F\\u2040\\xB7.0-9${nameStart}-`;

const obviousName = /^(?![Xx][Mm][Ll])[A-Za-z][\w.-]*$/;

const escaped = new RegExp(
  [
    '^[Xx](?=[Mm][Ll])', // names that start with "xml" are reserved
    `^[^${nameStart}]`,
    `[^${nameRest}]`,
    '_(?=x[0-9A-Fa-f]{4})', // would be read as an escape
    '^_(?=x_$)', // would be read as the empty key
  ].join('|'),
  'gu',
);

/**
 * Returns the element name for a key. A key that is a valid XML name is not changed. In any other key, each character
 * that is invalid in a name is written as `_xHHHH_`, the escape of ISO/IEC 9075-14 (full escaping): `cpu time` is
 * `cpu_x0020_time`, `2fa` is `_x0032_fa`, `a:b` is `a_x003A_b`, `XML` is `_x0058_ML`. A character after U+FFFF always
 * has six digits, `_x01F600_`, because parsers of older editions of XML reject the character itself. The empty key is
 * `_x_`.
 * To convert a name back: `_x_` is the empty key. In any other name, replace every `_x`, four or six hexadecimal
 * digits, `_` by the character. For this reason, an underscore before an `x` and four such digits is itself written as
 * `_x005F_`. (ISO/IEC 9075-14 escapes every underscore before an `x`, which would change existing keys such as
 * `has_xfertool`.)
 */
export function xmlName(key: string): string {
  if (obviousName.test(key) && !key.includes('_x')) return key;
  if (key === '') return '_x_';
  return key.replace(escaped, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `_x${hex.padStart(hex.length > 4 ? 6 : 4, '0')}_`;
  });
}
