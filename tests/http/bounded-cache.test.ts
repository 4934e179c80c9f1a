// What is forgotten when there is more than may be kept.
import { BoundedCache } from '../../src/http/bounded-cache.ts';

function kept(cache: BoundedCache<string>, keys: string): string {
  return [...keys].filter((key) => cache.get(key) === key.toUpperCase()).join('');
}

function filled(bounds: { entries: number; size: number }, ...sizes: [key: string, size: number][]) {
  const cache = new BoundedCache<string>(bounds);
  for (const [key, size] of sizes) cache.set(key, key.toUpperCase(), size);
  return cache;
}

test('keeps as many entries as told, and forgets the oldest first', () => {
  expect(kept(filled({ entries: 2, size: 100 }, ['a', 1], ['b', 1], ['c', 1]), 'abc')).toBe('bc');
});

test('keeps no more than its size in all', () => {
  const cache = filled({ entries: 100, size: 10 }, ['a', 4], ['b', 4], ['c', 2]);
  expect(kept(cache, 'abc')).toBe('abc');
  cache.set('d', 'D', 7);
  expect(kept(cache, 'abcd')).toBe('cd');
});

test('keeps what was used rather than what was not', () => {
  const cache = filled({ entries: 2, size: 100 }, ['a', 1], ['b', 1]);
  cache.get('a');
  cache.set('c', 'C', 1);
  expect(kept(cache, 'abc')).toBe('ac');
});

test('counts what takes the place of another instead of it', () => {
  const cache = filled({ entries: 2, size: 10 }, ['a', 6], ['b', 4], ['a', 6], ['a', 2], ['b', 8]);
  expect(kept(cache, 'ab')).toBe('ab');
});

test('does not keep what is larger than all may be, nor what that was to replace', () => {
  const cache = filled({ entries: 9, size: 10 }, ['a', 1], ['b', 1], ['a', 11]);
  expect(cache.get('a')).toBeUndefined();
  expect(kept(cache, 'b')).toBe('b');
});
