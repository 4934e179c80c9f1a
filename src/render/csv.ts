// CSV according to RFC 4180: a header line, commas, CRLF, and quotes where necessary.
import { stringify } from 'csv-stringify/sync';
import type { Value } from '../core/values.ts';
import { isScalar, type Records } from './records.ts';

/** The number of rows in one piece of the output. */
const ROWS_OF_A_PIECE = 500;

const number = /^[+-]?\d+(?:\.\d+)?$/;
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
    cast: { string: (text: string) => ({ value: text, escape_formulas: !number.test(text) }) },
  } as const;
  yield stringify([columns], options);
  for (let at = 0; at < rows.length; at += ROWS_OF_A_PIECE) {
    yield stringify(
      rows.slice(at, at + ROWS_OF_A_PIECE).map((row) => row.map(cellOf)),
      options,
    );
  }
}

function cellOf(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  return (isScalar(value) ? String(value) : JSON.stringify(value)).toWellFormed().replace(controls, '\uFFFD');
}
