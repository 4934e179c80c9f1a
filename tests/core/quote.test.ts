import { quote } from '../../src/core/quote.ts';

it.each([
  ['a\u001b[31m', '“a\\x1b[31m”'],
  ['a\u009b31m', '“a\\x9b31m”'],
  ['evil\u202egnp.exe', '“evil\\u202egnp.exe”'],
  ['\u2066a\u2069\u200b', '“\\u2066a\\u2069\\u200b”'],
  ['a\u{e0001}b', '“a\\u{e0001}b”'],
  ['Größe 中 😀', '“Größe 中 😀”'],
])('shows what a terminal would act on: %j', (value, shown) => {
  expect(quote(value)).toBe(shown);
});
