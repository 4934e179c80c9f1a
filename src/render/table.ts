// A table for people: columns of equal width, numbers to the right, and shortened only to fit a terminal.
import stringWidth from 'string-width';
import type { Value } from '../core/values.ts';
import { pieces } from './answer.ts';
import { isScalar, type Records } from './records.ts';

const GAP = '  ';
const ELLIPSIS = '…';
/** A column is not made narrower than this: rather, the last columns are left out. */
const NARROWEST = 8;

export interface Table {
  readonly lines: Iterable<string>;
  /** Columns that did not fit. */
  readonly omitted: readonly string[];
}

interface Column {
  readonly name: string;
  readonly width: number;
  readonly isNumeric: boolean;
}

/** Texts that are compared as numbers: counts, sizes such as 100M, and what stands for “no limit”. */
const numeric = /^(?:-?\d+(?:\.\d+)?[KMGT]?|unlimited)$/;
const ascii = /^[ -~]*$/;
/** Characters without a width of their own: controls, and marks that change the direction of what follows. */
const invisible = /[\0-\x1F\x7F-\x9F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/**
 * `width` is that of the terminal in columns, undefined if the output is no terminal: then nothing is shortened. `heading`
 * styles the first line.
 */
export function renderTable(
  { columns: names, rows }: Records,
  width: number | undefined,
  heading: (text: string) => string = (text) => text,
): Table {
  const cells = rows.map((row) => row.map(cellOf));
  const columns = names.map((name, at) =>
    columnOf(
      name,
      cells.map((row) => row[at] ?? ''),
    ),
  );
  const fitted = width === undefined ? columns : fit(columns, width);
  return {
    lines: pieces(linesOf(fitted, cells, heading)),
    omitted: names.slice(fitted.length),
  };
}

function* linesOf(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  heading: (text: string) => string,
): Generator<string> {
  yield `${heading(
    lineOf(
      columns,
      columns.map(({ name }) => visible(name)),
    ),
  )}\n`;
  for (const row of cells) yield `${lineOf(columns, row)}\n`;
}

function lineOf(columns: readonly Column[], row: readonly string[]): string {
  return columns
    .map(({ width, isNumeric }, at) => {
      const text = shortened(row[at] ?? '', width);
      const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
      return isNumeric ? blanks + text : text + blanks;
    })
    .join(GAP)
    .trimEnd();
}

/**
 * A line of a table whose rows are not all known yet: columns of fixed width. On a terminal of `terminalWidth` columns
 * texts are shortened to fit; otherwise a long one moves what follows.
 */
export function tableLine(
  cells: readonly { readonly text: string; readonly width: number }[],
  terminalWidth: number | undefined,
): string {
  const fits = (text: string, width: number) => (terminalWidth === undefined ? text : shortened(text, width));
  const line = cells
    .map(({ text, width }) => {
      const kept = fits(visible(text), width);
      return kept + ' '.repeat(Math.max(0, width - widthOf(kept)));
    })
    .join(GAP)
    .trimEnd();
  return fits(line, terminalWidth ?? 0);
}

function columnOf(name: string, cells: readonly string[]): Column {
  let width = widthOf(visible(name));
  let isNumeric = false;
  let isText = false;
  for (const cell of cells) {
    width = Math.max(width, widthOf(cell));
    if (cell === '') continue;
    if (numeric.test(cell)) isNumeric = true;
    else isText = true;
  }
  return { name, width, isNumeric: isNumeric && !isText };
}

/** As many columns as the width has room for; the widest of them become narrower until all fit. */
function fit(columns: readonly Column[], width: number): Column[] {
  const kept: Column[] = [];
  let least = -GAP.length;
  for (const column of columns) {
    least += GAP.length + Math.min(column.width, NARROWEST);
    if (kept.length > 0 && least > width) break;
    kept.push(column);
  }
  const room = Math.max(1, width - GAP.length * (kept.length - 1));
  let most = Math.max(...kept.map((column) => column.width));
  const total = () => kept.reduce((sum, column) => sum + Math.min(column.width, most), 0);
  while (most > 1 && total() > room) most -= 1;
  return kept.map((column) => ({ ...column, width: Math.min(column.width, most) }));
}

function cellOf(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every(isScalar))
    return visible(value.map((one) => String(one ?? '')).join(', '));
  return visible(isScalar(value) ? String(value) : JSON.stringify(value));
}

/** Characters that would break the line or command the terminal are shown as escapes: `\n`, `\u001b`. */
function visible(text: string): string {
  if (ascii.test(text)) return text;
  return text
    .toWellFormed()
    .replace(
      invisible,
      (one) =>
        ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[one] ??
        `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

function widthOf(text: string): number {
  return ascii.test(text) ? text.length : stringWidth(text);
}

let segmenter: Intl.Segmenter | undefined;

/** Whole characters only, as people count them: an accent stays with its letter. */
function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (ascii.test(text)) return text.slice(0, width - 1) + ELLIPSIS;
  segmenter ??= new Intl.Segmenter();
  let kept = '';
  let left = width - 1;
  for (const { segment } of segmenter.segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return kept + ELLIPSIS;
}
