// Which entries are removed if there are too many.
import { BoundedCache } from '../../src/http/bounded-cache.ts';

function kept(cache: BoundedCache<string>, keys: string): string {
  return [...keys].filter((key) => cache.get(key) === key.toUpperCase()).join('');
}

function filled(bounds: { entries: number; size: number }, ...sizes: [key: string, size: number][]) {
  const cache = new BoundedCache<string>(bounds);
  for (const [key, size] of sizes) cache.set(key, key.toUpperCase(), size);
  return cache;
}

test('keeps at most the given number of entries, and removes the oldest first', () => {
  expect(kept(filled({ entries: 2, size: 100 }, ['a', 1], ['b', 1], ['c', 1]), 'abc')).toBe('bc');
});

test('keeps at most its size in total', () => {
  const cache = filled({ entries: 100, size: 10 }, ['a', 4], ['b', 4], ['c', 2]);
  expect(kept(cache, 'abc')).toBe('abc');
  cache.set('d', 'D', 7);
  expect(kept(cache, 'abcd')).toBe('cd');
});

test('keeps used entries before unused ones', () => {
  const cache = filled({ entries: 2, size: 100 }, ['a', 1], ['b', 1]);
  cache.get('a');
  cache.set('c', 'C', 1);
  expect(kept(cache, 'abc')).toBe('ac');
});

test('counts a replacement instead of the replaced entry', () => {
  const cache = filled({ entries: 2, size: 10 }, ['a', 6], ['b', 4], ['a', 6], ['a', 2], ['b', 8]);
  expect(kept(cache, 'ab')).toBe('ab');
});

test('does not keep an entry that is larger than the whole cache, nor the entry that it should replace', () => {
  const cache = filled({ entries: 9, size: 10 }, ['a', 1], ['b', 1], ['a', 11]);
  expect(cache.get('a')).toBeUndefined();
  expect(kept(cache, 'b')).toBe('b');
});
