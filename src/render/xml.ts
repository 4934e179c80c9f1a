// XML 1.0. xmlbuilder2 renders ordinary answers; it takes some 100 µs and 25 KB for a record of 20 fields, so a
// large answer is written by a writer of ours that gives the same text.
import { create } from 'xmlbuilder2';
import type { Envelope } from '../core/envelope.ts';
import { type Hash, isHash, type Value } from '../core/values.ts';
import { pieces, toAnswer } from './answer.ts';
import { xmlName } from './xml-name.ts';

export { xmlName };

type XMLBuilder = ReturnType<typeof create>;

/** The element of a list's member that is a list itself, and so has no key to be named after. */
const ITEM = 'item';

export function renderXml(envelope: Envelope): Iterable<string> {
  const { content, isLarge, path } = toAnswer(envelope);
  const { root } = envelope;
  return isLarge ? pieces(writtenXml(content, path, root)) : [builtXml(content, root)];
}

/** The document as xmlbuilder2 renders it. */
export function builtXml(content: Hash, root = 'result'): string {
  const document = create({ version: '1.0', encoding: 'UTF-8' });
  buildMembers(document.ele(root), content);
  // xmlbuilder2 leaves a carriage return bare, and a parser takes a bare one for a line feed.
  return `${document.end({ prettyPrint: true }).replaceAll('\r', '&#xD;')}\n`;
}

/** The same document text by text, from our writer. */
export function* writtenXml(content: Hash, path: readonly string[], root = 'result'): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield* parentTexts(xmlName(root), memberTexts(content, path, '  '), '');
}

function buildMembers(parent: XMLBuilder, hash: Hash): void {
  for (const [key, value] of Object.entries(hash)) buildElements(parent, xmlName(key), value);
}

/** Node by node and never by an object, in which xmlbuilder2 takes `@`, `#`, `$`, `!` and `?` for instructions. */
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

function* memberTexts(hash: Hash, path: readonly string[], pad: string): Generator<string> {
  const [step, ...rest] = path;
  for (const [key, value] of Object.entries(hash)) {
    const name = xmlName(key);
    if (key === step && Array.isArray(value)) {
      for (const item of value) yield elementText(name, [item], pad);
    } else if (key === step && isHash(value)) {
      yield* parentTexts(name, memberTexts(value, rest, `${pad}  `), pad);
    } else {
      yield elementText(name, value, pad);
    }
  }
}

/** What parentText gives, in as many texts as there are members. */
function* parentTexts(name: string, members: Iterable<string>, pad: string): Generator<string> {
  let isEmpty = true;
  for (const text of members) {
    if (isEmpty && text !== '') yield `${pad}<${name}>\n`;
    isEmpty &&= text === '';
    yield text;
  }
  yield isEmpty ? `${pad}<${name}/>\n` : `${pad}</${name}>\n`;
}

/** One element, or for a list one for each member. */
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
/** What XML 1.0 cannot hold, escaped or not. */
const forbidden = /[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]/g;

/** What xmlbuilder2 is given: it escapes `<` and `>` itself, but an `&` only where no name and `;` follow. */
function legalText(text: string): string {
  return text.replace(forbidden, '\uFFFD').replaceAll('&', '&amp;');
}

function escapedText(text: string): string {
  if (obviousText.test(text)) return text;
  return legalText(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');
}
