// YAML that readers of YAML 1.1 and 1.2 read in the same way. Our own writer handles the simple cases, and uses js-yaml
// for every other key and value.
import {
  DEFAULT_SCALAR_STYLE_RULES,
  type Document,
  dump,
  type DumpOptions,
  type Node,
  SCALAR_STYLE,
  type ScalarLayout,
  visit,
} from 'js-yaml';
import type { Envelope } from '../core/envelope.ts';
import { entriesOf, itemsOf } from '../core/long-list.ts';
import { type Hash, isHash, type Value } from '../core/values.ts';
import { type Answer, pieces, toAnswer } from './answer.ts';

/**
 * Texts that some readers would misread as null, a flag, a merge key, a number, a time or a date. The pattern matches
 * more than any single reader does (`08_9`, `e5`, the date 2024-13-45), because quotes are harmless.
 */
const readsOtherwise = new RegExp(
  `^(?:${[
    '~|null|true|false|yes|no|on|off|y|n|=|<<',
    '[-+]?(?:\\d[\\d_]*)?(?:\\.[\\d_]*)?(?:e[-+]?\\d+)?',
    '[-+]?0[box][\\da-f_]*',
    '[-+]?\\.(?:inf|nan)',
    '[-+]?\\d[\\d_]*(?::\\d+)+(?:\\.[\\d_]*)?',
    '\\d{4}-\\d\\d?-\\d\\d?(?:(?:t| +)\\d\\d?:\\d\\d:\\d\\d(?:\\.\\d*)? *(?:z|[-+]\\d\\d?(?::\\d\\d)?)?)?',
  ].join('|')})$`,
  'i',
);

/** At the start of a line, these separate documents. js-yaml does not check keys, which do start lines. */
const documentMarker = /^(?:---|\.\.\.)(?: |$)/;

/** Text blocks that need an indentation indicator, or in which some readers would lose a line of blanks. */
const fragileBlock = /^\n+ |^ .*\n|\n +(?:\n|$)/;

/** Printable characters after ASCII, except white space and the characters that js-yaml escapes. */
const pastAscii =
  '\\xA1-\\u167F\\u1681-\\u1FFF\\u200B-\\u2027\\u2030-\\u205E\\u2060-\\u2FFF\\u3001-\\uFEFE\\uFF00-\\uFFFD';
const inWord = `!"$-9;-~${pastAscii}`;
/** Texts that clearly need no quotes: words, with only blanks and colons between them. */
const obviouslyPlain = new RegExp(`^[\\w/${pastAscii}][${inWord}#]*(?:(?: +|::?)[${inWord}][${inWord}#]*)*$`);

/** For longer texts, js-yaml exceeds the stack. */
const LONG_TEXT = 1024 * 1024;

const options: DumpOptions = {
  transform: sortKeys,
  lineWidth: -1,
  noRefs: true,
  seqInlineFirst: false,
  scalarStyleRules: [quoteMisreadable, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
};

export function renderYaml(envelope: Envelope): Iterable<string> {
  const { content, isLarge, path, long } = toAnswer(envelope);
  if (isLarge) return pieces(writtenYaml(content, path, long));
  return [`---\n${hasMembers(content) ? blockText(content, '') : '{}\n'}`];
}

/** Renders the document piece by piece. */
export function* writtenYaml(
  content: Hash,
  path: readonly string[],
  long?: Answer['long'],
): Generator<string> {
  yield '---\n';
  yield* memberTexts(content, { path, long }, '');
}

function sortKeys(documents: Document[]): void {
  visit(documents, (node) => {
    if (node.kind === 'mapping') node.items.sort((a, b) => (textOf(a.key) < textOf(b.key) ? -1 : 1));
  });
}

function textOf(node: Node): string {
  return node.kind === 'scalar' ? node.value : '';
}

function quoteMisreadable(layout: ScalarLayout): void {
  const { value, tag } = layout.node;
  if (tag !== 'tag:yaml.org,2002:str') return;
  if (readsOtherwise.test(value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
  else if (documentMarker.test(value) || fragileBlock.test(value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
}

/** Renders with js-yaml, without the end marker that it adds if the last text ends in blank lines. */
export function dumped(value: Value): string {
  return dump(value, options).replace(/\n\.\.\.\n$/, '\n');
}

function* memberTexts(
  members: Hash | Value[],
  { path, long }: Pick<Answer, 'path' | 'long'>,
  pad: string,
): Generator<string> {
  const instead = path.length === 0 ? long : undefined;
  if (Array.isArray(members)) {
    for (const item of instead === undefined ? members : itemsOf(instead)) yield itemText(item, pad);
    return;
  }
  if (instead !== undefined) {
    // In the order of the keys.
    for (const [key, value] of entriesOf(instead)) yield pairText(key, value, pad);
    return;
  }
  const [step, ...rest] = path;
  for (const key of Object.keys(members).sort()) {
    const value = members[key] as Value;
    const isWritten = hasMembers(value) || (long !== undefined && rest.length === 0);
    if (key !== step || !isObviousKey(key) || !isWritten) {
      yield pairText(key, value, pad);
    } else {
      yield `${pad}${key}:\n`;
      yield* memberTexts(value as Hash | Value[], { path: rest, long }, `${pad}  `);
    }
  }
}

function pairText(key: string, value: Value, pad: string): string {
  if (isObviousKey(key)) {
    if (hasMembers(value)) return `${pad}${key}:\n${blockText(value, `${pad}  `)}`;
    const text = obviousText(value);
    if (text !== undefined) return `${pad}${key}: ${text}\n`;
  }
  return shifted(dumped({ [key]: value }), pad);
}

function itemText(item: Value, pad: string): string {
  if (hasMembers(item)) return `${pad}-\n${blockText(item, `${pad}  `)}`;
  const text = obviousText(item);
  return text === undefined ? shifted(dumped([item]), pad) : `${pad}- ${text}\n`;
}

function blockText(members: Hash | Value[], pad: string): string {
  let text = '';
  if (Array.isArray(members)) for (const item of members) text += itemText(item, pad);
  else for (const key of Object.keys(members).sort()) text += pairText(key, members[key] as Value, pad);
  return text;
}

function hasMembers(value: Value): value is Hash | Value[] {
  if (Array.isArray(value)) return value.length > 0;
  return isHash(value) && Object.keys(value).length > 0;
}

function isObviousKey(key: string): boolean {
  return obviouslyPlain.test(key) && !readsOtherwise.test(key) && key.length < 1000;
}

/** Returns the text of a scalar or an empty container. Undefined for the cases that only js-yaml handles. */
function obviousText(value: Value): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string') return value === null ? 'null' : Array.isArray(value) ? '[]' : '{}';
  if (value.length > LONG_TEXT) return doubleQuoted(value);
  if (readsOtherwise.test(value)) return `'${value}'`;
  return obviouslyPlain.test(value) ? value : undefined;
}

/** YAML has all escapes of JSON, but requires more characters to be escaped. */
function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7F-\xA0\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Indents every line that is not blank. Blank lines are part of a text block, in which js-yaml does not indent them.
 */
function shifted(text: string, pad: string): string {
  return pad + text.replace(/\n(?=[^\n])/g, `\n${pad}`);
}
