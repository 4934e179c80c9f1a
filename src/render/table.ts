// A table for people. Each column has one width, and numbers are aligned to the right. Texts are shortened only to fit
// a terminal.
import stringWidth from 'string-width';
import type { Value } from '../core/values.ts';
import { pieces } from './answer.ts';
import { isScalar, type Records } from './records.ts';

const GAP = '  ';
const ELLIPSIS = '…';
/** The minimum width of a column. If there is less room, the last columns are omitted. */
const NARROWEST = 8;

export interface Table {
  readonly lines: Iterable<string>;
  /** Columns that did not fit. */
  readonly omitted: readonly string[];
  readonly isEmpty: boolean;
}

interface Column {
  readonly name: string;
  readonly width: number;
  readonly isNumeric: boolean;
}

/** Texts that are compared as numbers: counts, sizes such as 100M, and “unlimited”. */
const numeric = /^(?:-?\d+(?:\.\d+)?[KMGT]?|unlimited)$/;
const ascii = /^[ -~]*$/;
/** Characters without a width: control characters, and marks that change the direction of the text after them. */
const invisible = /[\0-\x1F\x7F-\x9F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** Rows that are measured at a time. */
const ROWS = 500;

/** A table whose rows can be read at once. `width` and `heading` are those of `measureTable`. */
export function renderTable(
  records: Records,
  width: number | undefined,
  heading?: (text: string) => string,
): Table {
  const measuring = measureTable(records, width, heading);
  for (;;) {
    const step = measuring.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Reads all rows to find the widths of the columns. They are read again for the lines, so that none are kept. Yields now
 * and then, so that a server can do other work. `width` is the width of the terminal in columns. If it is undefined, the
 * output is not a terminal, and nothing is shortened. `heading` styles the first line.
 */
export function* measureTable(
  { columns: names, rows, preview }: Records,
  width: number | undefined,
  heading: (text: string) => string = (text) => text,
): Generator<void, Table> {
  const measured = names.map((name) => ({
    name,
    width: widthOf(visible(name)),
    hasNumber: false,
    hasText: false,
  }));
  let count = 0;
  for (const row of preview?.() ?? rows) {
    for (const [at, column] of measured.entries()) measure(column, cellOf(row[at]));
    count += 1;
    if (count % ROWS === 0) yield;
  }
  const columns = measured.map(({ hasNumber, hasText, ...column }) => ({
    ...column,
    isNumeric: hasNumber && !hasText,
  }));
  const fitted = width === undefined ? columns : fit(columns, width);
  return {
    lines: pieces(linesOf(fitted, rows, heading)),
    omitted: names.slice(fitted.length),
    isEmpty: count === 0,
  };
}

interface Measured {
  width: number;
  hasNumber: boolean;
  hasText: boolean;
}

function measure(column: Measured, cell: string): void {
  if (cell === '') return;
  column.width = Math.max(column.width, widthOf(cell));
  if (numeric.test(cell)) column.hasNumber = true;
  else column.hasText = true;
}

function* linesOf(
  columns: readonly Column[],
  rows: Records['rows'],
  heading: (text: string) => string,
): Generator<string> {
  yield `${heading(
    lineOf(
      columns,
      columns.map(({ name }) => visible(name)),
    ),
  )}\n`;
  for (const row of rows) {
    yield `${lineOf(
      columns,
      columns.map((_column, at) => cellOf(row[at])),
    )}\n`;
  }
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
 * Formats a line of a table whose later rows are not known yet, with columns of fixed width. On a terminal of
 * `terminalWidth` columns, texts are shortened to fit. Otherwise, a long text shifts the texts after it.
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

/** Selects as many columns as fit into the width. The widest of them are then made narrower until all fit. */
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

/** Escapes characters that would break the line or control the terminal: `\n`, `\u001b`. */
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

/** Cuts a text only between whole characters, so that an accent stays with its letter. */
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
