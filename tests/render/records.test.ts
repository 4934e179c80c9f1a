// Rows and columns: how a table and a CSV file show values that are not plain words.
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { Envelope } from '../../src/core/envelope.ts';
import type { Value } from '../../src/core/values.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { joinedRecords, recordsOf } from '../../src/render/records.ts';
import { measureTable, renderTable } from '../../src/render/table.ts';

const metadata = { version: 1, reason: 'OK', result: 1, command: 'anything' } as const;
const listOf = (...items: Value[]): Envelope => ({ metadata, data: { item: items }, list: 'item' });
const tableOf = (envelope: Envelope, width?: number) =>
  [...renderTable(recordsOf(envelope), width).lines].join('').split('\n').slice(0, -1);
const csvOf = (...items: Value[]) => [...renderCsv(recordsOf(listOf(...items)))].join('');

describe('a table', () => {
  test('aligns wide characters and accents by their width on a terminal', () => {
    expect(tableOf(listOf({ a: '漢字', b: 'x' }, { a: 'e\u0301te', b: 'y' }, { a: '👍🏽', b: 'z' }))).toEqual([
      'a     b',
      '漢字  x',
      'e\u0301te   y',
      '👍🏽    z',
    ]);
  });

  test('cuts texts between characters, to the width of the terminal', () => {
    expect(tableOf(listOf({ a: '漢字漢字漢字' }), 8)).toEqual(['a', '漢字漢…']);
    expect(tableOf(listOf({ a: 'e\u0301'.repeat(9) }), 4)).toEqual(['a', `${'e\u0301'.repeat(3)}…`]);
    expect(tableOf(listOf({ a: 'abcdefghij', b: 'klm' }), 13)).toEqual(['a         b', 'abcdefg…  klm']);
  });

  test('shows characters that control a terminal, or break the line, as escapes', () => {
    expect(tableOf(listOf({ a: 'one\ntwo\t\u001b[31m\u009b\u202etext\0', b: 1 }))).toEqual([
      'a                                           b',
      'one\\ntwo\\t\\u001b[31m\\u009b\\u202etext\\u0000  1',
    ]);
  });

  test('omits the last columns if there is no room, and names them', () => {
    const records = recordsOf(listOf({ first: 'aaaaaaaaaa', second: 'bbbbbbbbbb', third: 'cccccccccc' }));
    const { lines, omitted } = renderTable(records, 22);
    expect([...lines].join('')).toBe('first       second\naaaaaaaaaa  bbbbbbbbbb\n');
    expect(omitted).toEqual(['third']);
  });

  test('shows lists with commas, hashes as JSON, nothing for null, and every field of any record', () => {
    expect(tableOf(listOf({ a: ['x', 1, null] }, { b: { c: [] } }, { a: null, b: [{}] }))).toEqual([
      'a       b',
      'x, 1,',
      '        {"c":[]}',
      '        [{}]',
    ]);
  });

  test('of nested data without a list names each value by its path', () => {
    const data = { user: { root: { enabled: 1, codes: ['a', 'b'] } }, all: [{ x: 1 }], more: [{ y: 2 }] };
    expect(tableOf({ metadata, data })).toEqual([
      'field              value',
      'user.root.enabled  1',
      'user.root.codes    a, b',
      'all[0].x           1',
      'more[0].y          2',
    ]);
  });

  test('of 20,000 records is written in pieces', () => {
    const items = Array.from({ length: 20_000 }, (_, at) => ({ user: `u${at}`, domain: `${at}.example` }));
    const written = [...renderTable(recordsOf(listOf(...items)), undefined).lines];
    expect(written.length).toBeGreaterThan(5);
    expect(written.join('').split('\n')).toHaveLength(20_002);
  });

  test('of a long list keeps no row: it reads all of them for the widths, with pauses, and again for the lines', () => {
    const texts = Array.from({ length: 20_000 }, (_, at) => (at === 19_999 ? 'the longest' : `u${at}`));
    let [pauses, read] = [0, 0];
    const rows = function* () {
      for (const text of texts) {
        read += 1;
        yield [text, 1];
      }
    };
    const records = { columns: ['user', 'n'], rows: rows(), preview: rows };
    const measuring = measureTable(records, undefined);
    let step = measuring.next();
    for (; step.done !== true; step = measuring.next()) pauses += 1;
    expect([read, pauses]).toEqual([20_000, 40]);
    const lines = step.value.lines[Symbol.iterator]();
    expect(String(lines.next().value).split('\n').slice(0, 2)).toEqual(['user         n', 'u0           1']);
    expect(read).toBeLessThan(22_000);
    lines.return?.();
  });
});

describe('CSV', () => {
  test('is what the library makes of all rows, also where plain rows do not need it', () => {
    const special = fc.array(fc.constantFrom(...'a1 .,"\'\n\r\t=+-@;[é＝'), { maxLength: 4 });
    const cell = fc.oneof(
      special.map((all) => all.join('')),
      fc.string(),
      fc.integer().map(String),
    );
    const rows = (width: number) => fc.array(fc.array(cell, { minLength: width, maxLength: width }));
    const tables = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.tuple(fc.constant(['a', 'b', 'c', 'd'].slice(0, width)), rows(width)));
    const number = /^[+-]\d+(?:\.\d+)?$/;
    fc.assert(
      fc.property(tables, ([columns, all]) => {
        const expected = stringify([columns, ...all], {
          record_delimiter: 'windows',
          quoted_match: /[\r\n]/,
          escape_formulas: true,
          cast: {
            string: (value: string) => (number.test(value) ? { value, escape_formulas: false } : value),
          },
        });
        expect([...renderCsv({ columns, rows: all })].join('')).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('quotes as RFC 4180 requires', () => {
    expect(csvOf({ a: 'plain', b: 'with, comma', c: 'with "quotes"', d: 'two\nlines' })).toBe(
      'a,b,c,d\r\nplain,"with, comma","with ""quotes""","two\nlines"\r\n',
    );
  });

  test('contains no formulas for a spreadsheet, and keeps numbers unchanged', () => {
    expect(
      csvOf('=1+1', '+1-1', '-2', '-2+3', '@SUM(A1)', '\t=1', '-1.5', '+5', 'a=b').split('\r\n').slice(1, -1),
    ).toEqual(["'=1+1", "'+1-1", '-2', "'-2+3", "'@SUM(A1)", "'\t=1", '-1.5', '+5', 'a=b']);
  });

  test('has lists and hashes as JSON, nothing for null, and no control characters', () => {
    expect(csvOf({ a: [1, 'x'], b: { c: 1 }, d: null, e: '\u001b]0;x\u0007' })).toBe(
      'a,b,d,e\r\n"[1,""x""]","{""c"":1}",,\uFFFD]0;x\uFFFD\r\n',
    );
  });

  test('of 2,000 records has one header', () => {
    const items = Array.from({ length: 2000 }, (_, at) => ({ user: `u${at}` }));
    expect(csvOf(...items).match(/user/g)).toHaveLength(1);
    expect(csvOf(...items).split('\r\n')).toHaveLength(2002);
  });
});

test('the rows of several servers have the server in the first column', () => {
  const part = (host: string, ...items: Value[]) => ({ host, records: recordsOf(listOf(...items)) });
  const joined = joinedRecords([part('one', { user: 'a' }), part('two', { plan: 'p', user: 'b' })]);
  expect([...renderCsv(joined)].join('')).toBe('host,user,plan\r\none,a,\r\ntwo,b,p\r\n');
});
