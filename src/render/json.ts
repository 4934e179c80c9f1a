// JSON, compact and indented. A large response is written value by value, with the same bytes as JSON.stringify.
import type { Envelope } from '../core/envelope.ts';
import { type Hash, isHash, type Value } from '../core/values.ts';
import { pieces, toAnswer } from './answer.ts';

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
  const { content, isLarge, path } = toAnswer(envelope);
  return isLarge
    ? pieces(document(content, path, layout))
    : [`${JSON.stringify(content, null, layout.indent)}\n`];
}

function* document(content: Hash, path: readonly string[], layout: Layout): Generator<string> {
  yield* hashTexts(content, path, layout, 0);
  yield '\n';
}

function* hashTexts(hash: Hash, path: readonly string[], layout: Layout, depth: number): Generator<string> {
  const [step, ...rest] = path;
  const line = newLine(layout, depth + 1);
  let before = '{';
  for (const [key, value] of Object.entries(hash)) {
    yield `${before}${line}${JSON.stringify(key)}:${layout.gap}`;
    if (key !== step) yield valueText(value, layout, depth + 1);
    else yield* memberTexts(value, rest, layout, depth + 1);
    before = ',';
  }
  yield before === '{' ? '{}' : `${newLine(layout, depth)}}`;
}

function* memberTexts(
  value: Value,
  path: readonly string[],
  layout: Layout,
  depth: number,
): Generator<string> {
  if (Array.isArray(value)) yield* listTexts(value, layout, depth);
  else if (isHash(value)) yield* hashTexts(value, path, layout, depth);
  else yield JSON.stringify(value);
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
