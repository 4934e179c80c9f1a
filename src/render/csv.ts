// CSV according to RFC 4180: a header line, commas, CRLF, and quotes where necessary.
import { stringify } from 'csv-stringify/sync';
import type { Value } from '../core/values.ts';
import { isScalar, type Records } from './records.ts';

/** The number of rows in one piece of the output. */
const ROWS_OF_A_PIECE = 500;

/** An integer, or ASCII without quotes and commas that is no formula, or nothing: a cell that needs no change. */
const plain = /^(?:-\d+|[\w.*/:#[\]{}()~][ !#-+\--~]*)?$/;
const signedNumber = /^[+-]\d+(?:\.\d+)?$/;
/** RFC 4180 does not allow these characters. Some of them would control a terminal. */
const controls = /[\0-\x08\v\f\x0E-\x1F\x7F-\x9F]/g;

/**
 * A text that a spreadsheet would interpret as a formula (one that begins with =, +, -, @, a tab or a carriage return)
 * gets an apostrophe before it, unless it is a number. This is necessary because untrusted people choose some texts,
 * such as the usernames of failed logins. Lists and hashes are JSON, null is empty, and control characters are U+FFFD.
 */
export function* renderCsv({ columns, rows }: Records): Generator<string> {
  const options = {
    record_delimiter: 'windows',
    // By default, the library quotes a line break only if it is the whole delimiter.
    quoted_match: /[\r\n]/,
    escape_formulas: true,
    // The library reads its options again for each cell that has options of its own, which takes most of the time.
    cast: {
      string: (text: string) => (signedNumber.test(text) ? { value: text, escape_formulas: false } : text),
    },
  } as const;
  yield stringify([columns], options);
  let piece = '';
  let count = 0;
  // The library takes several times as long, and changes nothing in most rows.
  let others: string[][] = [];
  const flush = () => {
    if (others.length > 0) piece += stringify(others, options);
    others = [];
  };
  for (const row of rows) {
    const cells = row.map(cellOf);
    if (cells.length > 1 && cells.every((cell) => plain.test(cell))) {
      flush();
      piece += `${cells.join(',')}\r\n`;
    } else {
      others.push(cells);
    }
    count += 1;
    if (count % ROWS_OF_A_PIECE !== 0) continue;
    flush();
    yield piece;
    piece = '';
  }
  flush();
  if (piece !== '') yield piece;
}

function cellOf(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  const text = isScalar(value) ? String(value) : JSON.stringify(value);
  return plain.test(text) ? text : text.toWellFormed().replace(controls, '\uFFFD');
}
