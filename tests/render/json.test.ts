import type { Metadata } from '../../src/core/envelope.ts';
import type { Value } from '../../src/core/values.ts';
import { renderJson, renderJsonPretty } from '../../src/render/json.ts';

const metadata: Metadata = { version: 1, reason: 'OK', result: 1, command: 'x' };

const values: [string, Value, string][] = [
  ['text', 'yes', '"yes"'],
  ['the empty text', '', '""'],
  ['quotes and a backslash', '"a\\b"', '"\\"a\\\\b\\""'],
  ['a slash', '</script>', '"</script>"'],
  ['line ends', 'a\nb\r\nc', '"a\\nb\\r\\nc"'],
  ['a tab, a null character and an escape character', '\t\0\x1B', '"\\t\\u0000\\u001b"'],
  ['a delete character', '\x7F', '"\x7F"'],
  ['a line separator', '\u2028', '"\u2028"'],
  ['a byte order mark', '\uFEFF', '"\uFEFF"'],
  ['an emoji', '😀', '"😀"'],
  ['half a surrogate pair at the start', '\uDE00😀', '"\uFFFD😀"'],
  ['half a surrogate pair at the end', '😀\uD83D', '"😀\uFFFD"'],
  ['text that spells half a surrogate pair', '\\ud83d', '"\\\\ud83d"'],
  ['zero with a sign', -0, '0'],
  ['a small number', 1e-7, '1e-7'],
  ['a large number', 1e21, '1e+21'],
  ['null', null, 'null'],
  ['an empty list and an empty hash', [[], {}], '[[],{}]'],
];

describe('a value', () => {
  test.each(values)('%s is written correctly', (_name, value, text) => {
    expect([...renderJson({ metadata, flat: true, data: { key: value } })]).toEqual([`{"key":${text}}\n`]);
  });

  test.each(values)('%s is written correctly in a long list', (_name, value, text) => {
    const data = { list: [...Array<number>(101).fill(7), { key: value }] };
    const [written] = renderJson({ metadata, flat: true, data, list: 'list' });
    expect(written).toBe(`{"list":[${'7,'.repeat(101)}{"key":${text}}]}\n`);
  });
});

describe('a key', () => {
  test.each([
    ['', '""'],
    ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
    ['a\nb', '"a\\nb"'],
    ['\0', '"\\u0000"'],
    ['😀', '"😀"'],
    ['\uD83D', '"\uFFFD"'],
    ['__proto__', '"__proto__"'],
  ])('%j is written correctly, also next to a long list', (key, text) => {
    const list = Array<number>(101).fill(7);
    const [short] = renderJson({ metadata, flat: true, data: { [key]: 1 } });
    const [long] = renderJson({ metadata, flat: true, data: { list, [key]: 1 }, list: 'list' });
    expect(short).toBe(`{${text}:1}\n`);
    expect(long).toBe(`{"list":[${'7,'.repeat(101).slice(0, -1)}],${text}:1}\n`);
  });
});

describe('a long list', () => {
  test('is indented like a short one', () => {
    const data = {
      before: {},
      list: [...Array<number>(101).fill(7), { a: [1, 'x\ny'], b: [] }],
      after: [[]],
    };
    expect([...renderJsonPretty({ metadata, data, list: 'list' })].join('')).toBe(`{
  "metadata": {
    "version": 1,
    "reason": "OK",
    "result": 1,
    "command": "x"
  },
  "data": {
    "before": {},
    "list": [
${'      7,\n'.repeat(101)}      {
        "a": [
          1,
          "x\\ny"
        ],
        "b": []
      }
    ],
    "after": [
      []
    ]
  }
}
`);
  });
});
