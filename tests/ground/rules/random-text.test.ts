import {
  CAPITALS_AND_DIGITS,
  DIGITS,
  HEXADECIMAL,
  randomText,
  URL_SAFE,
} from '../../../src/ground/rules/random-text.ts';

const allBytes = async () => Uint8Array.from({ length: 256 }, (_, at) => at);

test.each([
  ['capitals and digits', CAPITALS_AND_DIGITS, 36],
  ['digits', DIGITS, 10],
  ['hexadecimal digits', HEXADECIMAL, 16],
  ['what a URL takes', URL_SAFE, 64],
])('%s are all equally likely', async (_what, alphabet, size) => {
  const usable = 256 - (256 % size);
  const counts = new Map<string, number>();
  for (const character of await randomText(allBytes, alphabet, usable)) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(size);
  expect(new Set(counts.values())).toEqual(new Set([usable / size]));
});

test('the text needs no encoding in a URL', () => {
  expect(encodeURIComponent(URL_SAFE)).toBe(URL_SAFE);
});

test('bytes that would favour a character are discarded, and others are drawn', async () => {
  const bytes = [
    [252, 255, 0],
    [255, 35, 36],
    [251, 1, 1],
  ];
  const text = await randomText(async () => Uint8Array.from(bytes.shift() ?? []), CAPITALS_AND_DIGITS, 4);
  expect(text).toBe('A9A9');
  expect(bytes).toEqual([]);
});
