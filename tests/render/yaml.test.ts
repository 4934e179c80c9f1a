import { execFileSync } from 'node:child_process';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { parse } from 'yaml';
import type { Metadata } from '../../src/core/envelope.ts';
import type { Hash, Value } from '../../src/core/values.ts';
import { renderYaml } from '../../src/render/yaml.ts';
import { itWith } from '../support/require-tool.ts';

const metadata: Metadata = { version: 1, reason: 'OK', result: 1, command: 'x' };

const readers: [string, (text: string) => unknown][] = [
  ['js-yaml, YAML 1.2', (text) => load(text)],
  ['js-yaml, YAML 1.1', (text) => load(text, { schema: YAML11_SCHEMA })],
  ['yaml, YAML 1.2', (text) => parse(text, { version: '1.2' }) as unknown],
  ['yaml, YAML 1.1', (text) => parse(text, { version: '1.1' }) as unknown],
];

function yaml(data: Hash, list?: string): string {
  return [...renderYaml({ metadata, data, flat: true, ...(list === undefined ? {} : { list }) })].join('');
}

/** The same response with so many more members that the writer for large responses is used. */
function yamlWithinLarge(key: string, value: Value): string {
  const filler = Array.from({ length: 3000 }, () => 0);
  return yaml({ [key]: value, '\uFFFD': filler }, '\uFFFD').split('\uFFFD')[0] ?? '';
}

const plain = [
  'web01',
  'host.example.com',
  'admin@example.com',
  '/home/web01/public_html',
  '192.0.2.1',
  '2001:db8::1',
  '11.28.64',
  '10G',
  '24 Jan 15',
  'two  blanks',
  "it's",
  'say "yes"',
  'a:b',
  'a#b',
  'a, b [c] {d} & *e !f',
  '-x',
  'yesterday',
  'nullable',
  '0x1G',
  '1e',
  'http://example.com/?a=1&b=2',
  'Zürich',
  '東京',
  'You do not have a user named “web08”.',
  'smile 😀',
];

const quoted = [
  ...['yes', 'Yes', 'YES', 'no', 'No', 'NO', 'on', 'On', 'ON', 'off', 'Off', 'OFF', 'y', 'Y', 'n', 'N'],
  ...['true', 'True', 'TRUE', 'false', 'False', 'FALSE', 'null', 'Null', 'NULL', '~', '', '=', '<<'],
  ...[
    '0',
    '5',
    '-7',
    '+7',
    '007',
    '017',
    '0o17',
    '0x1F',
    '-0x1f',
    '+0X1F',
    '0b101',
    '089',
    '1_000',
    '0x_',
    '0b_',
  ],
  ...['1.5', '.5', '5.', '1_0.5', '-.5', '.', '+', '-', '._', '0.08', '08_9'],
  ...[
    '1e3',
    '1E3',
    '1e21',
    '1.e+3',
    '1.5e-7',
    'e5',
    'E12',
    '.e3',
    '12:30',
    '12:30:45',
    '-190:20:30',
    '1:20:30.15',
  ],
  ...['.inf', '-.INF', '+.Inf', '.nan', '.NaN', '-.nan', '.NAN'],
  ...[
    '2024-01-31',
    '2024-1-31',
    '2024-13-45',
    '2024-01-31 10:20:30',
    '2024-01-31T10:20:30Z',
    '2001-12-14t21:59:43.10-05:00',
  ],
  ...['2024-01-31 10:20:61', '0000-00-00'],
  ...[
    '- x',
    '? x',
    ': x',
    '# x',
    'a: b',
    'a #b',
    'a:',
    ' a',
    'a ',
    '  a  b  ',
    '[a',
    '{a',
    '&a',
    '*a',
    '!a',
    '|a',
    '>a',
    '%a',
    '@a',
    '`a',
    '"a',
  ],
];

const written: [string, string, string][] = [
  ['an apostrophe at the start', "'a", "'''a'"],
  ['an apostrophe between quotes', "it's: so", "'it''s: so'"],
  ['nothing but blanks', '  ', '"  "'],
  ['nothing but an ideographic space', '\u3000', '"\u3000"'],
  ['a tab', 'a\tb', '"a\\tb"'],
  ['a tab at the start', '\ta', '"\\ta"'],
  ['a date with a tab', '2024-01-31\t10:20:30', '"2024-01-31\\t10:20:30"'],
  ['two lines', 'one\ntwo', '|-\n  one\n  two'],
  ['two lines and a line feed', 'one\ntwo\n', '|\n  one\n  two'],
  ['two lines and two line feeds', 'one\ntwo\n\n', '|+\n  one\n  two\n'],
  ['a line that looks like a document mark', 'one\n---\n...', '|-\n  one\n  ---\n  ...'],
  ['lines, the second indented', 'one\n  two', '|-\n  one\n    two'],
  ['lines, the first indented', '  one\ntwo', '"  one\\ntwo"'],
  ['lines, the second of blanks', 'one\n  \ntwo', '"one\\n  \\ntwo"'],
  ['lines, the last of blanks', 'one\n  ', '"one\\n  "'],
  ['lines, the first empty', '\none', '|-\n\n  one'],
  ['one line feed', '\n', '"\\n"'],
  ['a carriage return', 'a\rb', '"a\\rb"'],
  ['a line that ends as in Windows', 'a\r\nb\r\n', '"a\\r\\nb\\r\\n"'],
  ['a next line character', 'a\u0085b', '"a\\Nb"'],
  ['a line separator', 'a\u2028b', '"a\\Lb"'],
  ['a paragraph separator', 'a\u2029b', '"a\\Pb"'],
  ['a no-break space', 'a\u00A0b', '"a\\_b"'],
  ['a byte order mark', '\uFEFFa', '"\\uFEFFa"'],
  ['a delete character', 'a\x7F', '"a\\x7F"'],
  ['a null character', '\0', '"\\0"'],
  ['an escape character', '\x1B[1m', '"\\e[1m"'],
  ['a C1 control', '\x9B1m', '"\\x9B1m"'],
  ['a noncharacter', '\uFFFF', '"\\uFFFF"'],
  ['quotes and a backslash on two lines', '"\\\r"', '"\\"\\\\\\r\\""'],
];

const numbers: [number, string][] = [
  [0, '0'],
  [-0, '0'],
  [-7, '-7'],
  [0.1, '0.1'],
  [1.5e-7, '1.5e-7'],
  [1e-7, '1.e-7'],
  [1e20, '100000000000000000000'],
  [1e21, '1.e+21'],
  [-2.5e300, '-2.5e+300'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  [Number.MAX_SAFE_INTEGER + 1, '9007199254740992'],
];

const keys: [string, string][] = [
  ...quoted.map((text): [string, string] => [text, `'${text}'`]),
  ['web01', 'web01'],
  ['a b', 'a b'],
  ["it's", "it's"],
  ['--- a', '"--- a"'],
  ['---', '"---"'],
  ['... a', '"... a"'],
  ['--', '--'],
  ['a\tb', '"a\\tb"'],
  ['a\nb', '? "a\\nb"\n'],
  ['\0', '"\\0"'],
  ['😀', '😀'],
  ['\uFEFF', '"\\uFEFF"'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['k'.repeat(1024), 'k'.repeat(1024)],
  ['k'.repeat(1025), `? ${'k'.repeat(1025)}\n`],
];

const texts: [string, Value, string][] = [
  ...plain.map((text): [string, Value, string] => [`the plain ${text}`, text, text]),
  ...quoted.map((text): [string, Value, string] => [`the quoted ${text}`, text, `'${text}'`]),
  ...written,
  ...numbers.map(([number, text]): [string, Value, string] => [`the number ${number}`, number, text]),
];

describe('a value', () => {
  test.each(texts)('%s is written correctly', (_name, value, text) => {
    expect(yaml({ key: value })).toBe(`---\nkey: ${text}\n`);
  });

  test.each(texts)('%s is written correctly in a large response', (_name, value, text) => {
    expect(yamlWithinLarge('key', value)).toBe(`---\nkey: ${text}\n`);
  });

  test.each(texts)('%s is the same for every reader', (_name, value) => {
    // `+ 0` removes the sign of -0.
    const expected = { key: typeof value === 'number' ? value + 0 : value };
    for (const [reader, read] of readers) {
      expect([reader, read(yaml({ key: value }))]).toEqual([reader, expected]);
    }
  });

  test('a list in a list, an empty one and a hash in a list are on separate lines', () => {
    expect(yaml({ key: [[['a'], []], {}, { b: { c: 1 } }, 'one\ntwo', null] })).toBe(`---
key:
  -
    -
      - a
    - []
  - {}
  -
    b:
      c: 1
  - |-
    one
    two
  - null
`);
  });

  test('a value that occurs twice in a response is written twice, not as an alias', () => {
    const shared = { a: 1 };
    expect(yaml({ one: shared, two: shared })).toBe('---\none:\n  a: 1\ntwo:\n  a: 1\n');
  });

  test('a text of millions of characters is written in double quotes', () => {
    const text = 'a: "\\\t\x1B\x7F\u0085\u2028\uFEFFé😀\n'.repeat(300_000);
    const line = 'a: \\"\\\\\\t\\u001b\\u007f\\u0085\\u2028\\ufeffé😀\\n';
    const written = yaml({ key: text });
    // Compared with ===, because a difference of this size cannot be shown.
    expect(written === `---\nkey: "${line.repeat(300_000)}"\n`).toBe(true);
    expect((load(written) as Hash).key === text).toBe(true);
  });

  test('a long line is not folded', () => {
    const text = 'word '.repeat(100).trim();
    expect(yaml({ key: text })).toBe(`---\nkey: ${text}\n`);
  });
});

itWith(['pyyaml'], 'every value and key is the same for PyYAML', () => {
  const program = `
import json, sys, yaml
pairs = json.load(sys.stdin)
json.dump([pair for pair in pairs if yaml.safe_load(pair[0]) != json.loads(pair[1])], sys.stdout)
`;
  const answers = [...texts.map(([, value]) => ({ key: value })), ...keys.map(([key]) => ({ [key]: 1 }))];
  const pairs = answers.map((answer) => [yaml(answer), JSON.stringify(answer)]);
  const output = execFileSync('/usr/bin/python3', ['-c', program], { input: JSON.stringify(pairs) });
  expect(JSON.parse(output.toString())).toEqual([]);
});

describe('a key', () => {
  test.each(keys)('%j is written correctly', (key, text) => {
    expect(yaml({ [key]: 1 })).toBe(`---\n${text}: 1\n`);
  });

  test.each(keys)('%j is written correctly in a large response', (key, text) => {
    expect(yamlWithinLarge(key, 1)).toBe(`---\n${text}: 1\n`);
  });

  test.each(keys)('%j is the same for every reader', (key) => {
    for (const [reader, read] of readers) {
      expect([reader, Object.entries(read(yaml({ [key]: 1 })) as Hash)]).toEqual([reader, [[key, 1]]]);
    }
  });

  test('keys are sorted by their UTF-16 code units at every level', () => {
    expect(yaml({ b: { Z: 1, a: 2, '10': 3, '9': 4 }, B: [{ y2: 1, x: 2 }], é: 0 })).toBe(`---
B:
  -
    x: 2
    y2: 1
b:
  '10': 3
  '9': 4
  Z: 1
  a: 2
é: 0
`);
  });
});
