// JSON, compact and indented. A large response is written value by value, with the same bytes as JSON.stringify.
import type { Envelope } from '../core/envelope.ts';
import type { LongList } from '../core/long-list.ts';
import { type Hash, isHash, type Value } from '../core/values.ts';
import { type Answer, pieces, toAnswer } from './answer.ts';

/** The indented format has `gap` after a colon and `indent` before each line. In the compact format, both are empty. */
interface Layout {
  indent: '' | '  ';
  gap: '' | ' ';
}

export function renderJson(envelope: Envelope): Iterable<string> {
  return render(envelope, { indent: '', gap: '' });
}

export function renderJsonPretty(envelope: Envelope): Iterable<string> {
  return render(envelope, { indent: '  ', gap: ' ' });
}

function render(envelope: Envelope, layout: Layout): Iterable<string> {
  const { content, isLarge, path, long } = toAnswer(envelope);
  return isLarge
    ? pieces(document(content, { path, long }, layout))
    : [`${JSON.stringify(content, null, layout.indent)}\n`];
}

/** The way to the part that is written member by member, and what is written instead of its members. */
type Way = Pick<Answer, 'path' | 'long'>;

function* document(content: Hash, way: Way, layout: Layout): Generator<string> {
  yield* hashTexts(content, way, layout, 0);
  yield '\n';
}

function* hashTexts(
  hash: Hash,
  { path: [step, ...rest], long }: Way,
  layout: Layout,
  depth: number,
): Generator<string> {
  const line = newLine(layout, depth + 1);
  let before = '{';
  for (const [key, value] of Object.entries(hash)) {
    yield `${before}${line}${JSON.stringify(key)}:${layout.gap}`;
    if (key !== step) yield valueText(value, layout, depth + 1);
    else yield* memberTexts(value, { path: rest, long }, layout, depth + 1);
    before = ',';
  }
  yield before === '{' ? '{}' : `${newLine(layout, depth)}}`;
}

function* memberTexts(value: Value, way: Way, layout: Layout, depth: number): Generator<string> {
  if (way.path.length === 0 && way.long !== undefined) yield* longTexts(way.long, layout, depth);
  else if (Array.isArray(value)) yield* listTexts(value, layout, depth);
  else if (isHash(value)) yield* hashTexts(value, way, layout, depth);
  else yield JSON.stringify(value);
}

/** Each batch is a whole list or hash. Its last line is written only after the last batch. */
function* longTexts({ batches }: LongList, layout: Layout, depth: number): Generator<string> {
  const line = newLine(layout, depth);
  let last = '';
  for (const batch of batches) {
    const text = layout.indent === '' ? batch : valueText(JSON.parse(batch) as Value, layout, depth);
    if (last !== '') yield ',';
    yield text.slice(last === '' ? 0 : 1, -1 - line.length);
    last = text.slice(-1);
  }
  yield `${line}${last}`;
}

function* listTexts(list: Value[], layout: Layout, depth: number): Generator<string> {
  const line = newLine(layout, depth + 1);
  let before = '[';
  for (const item of list) {
    yield `${before}${line}${valueText(item, layout, depth + 1)}`;
    before = ',';
  }
  yield before === '[' ? '[]' : `${newLine(layout, depth)}]`;
}

function valueText(value: Value, layout: Layout, depth: number): string {
  const text = JSON.stringify(value, null, layout.indent);
  // A line feed inside a string is an escape, so these characters are always ends of lines.
  return layout.indent === '' ? text : text.replaceAll('\n', newLine(layout, depth));
}

function newLine({ indent }: Layout, depth: number): string {
  return indent === '' ? '' : `\n${indent.repeat(depth)}`;
}
