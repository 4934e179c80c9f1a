import { anyOf, quote } from '../../src/core/quote.ts';

test.each([
  ['', '“”'],
  ['bob', '“bob”'],
  ['“bob” \'and\' "ann"', '““bob” \'and\' "ann"”'],
  ['Größe 東京 😀', '“Größe 東京 😀”'],
  ['a\nb\tc\r', '“a\\x0ab\\x09c\\x0d”'],
  ['\u0000\u001b[31m\u007f', '“\\x00\\x1b[31m\\x7f”'],
  ['\u0085\u009b', '“\\x85\\x9b”'],
  ['a\u2028b\u2029c', '“a\\u2028b\\u2029c”'],
  ['evil\u202egnp.exe', '“evil\\u202egnp.exe”'],
  ['\u2066a\u2069\u200b', '“\\u2066a\\u2069\\u200b”'],
  ['a\u{e0001}b', '“a\\u{e0001}b”'],
  ['x'.repeat(80), `“${'x'.repeat(80)}”`],
  ['x'.repeat(81), `“${'x'.repeat(79)}…”`],
  ['\n'.repeat(100), `“${'\\x0a'.repeat(19)}\\x0…”`],
  [`${'x'.repeat(78)}😀😀`, `“${'x'.repeat(78)}\uFFFD…”`],
])('%j is quoted %s', (value, quoted) => {
  expect(quote(value)).toBe(quoted);
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a or b'],
  [['a', 'b', 'c'], 'a, b or c'],
])('any of %j is “%s”', (words, text) => {
  expect(anyOf(words)).toBe(text);
});
