// Lines of all lengths, as they are counted.
import { ByteCounter } from '../../../../src/capabilities/bandwidth/driver/byte-counter.ts';

const TIME = Date.parse('2026-03-01T12:00:00Z') / 1000;

function sumsOf(counter: ByteCounter, lines: readonly string[]): Map<string, number> {
  counter.add(Buffer.from(lines.map((one) => `${one}\n`).join(''), 'latin1'));
  return new Map(counter.take((name) => name).map(({ name, bytes }) => [name, bytes]));
}

test('counts any number of digits with a name of any length', () => {
  const all = Array.from({ length: 15 * 64 }, (_, at) => ({
    digits: '987654321098765'.slice(0, 1 + Math.floor(at / 64)),
    name: 'a-shop-for-me.of-anna.and-bob.'.repeat(3).slice(0, at % 64) + 'a',
  }));
  const sums = new Map<string, number>();
  for (const { digits, name } of [...all, ...all]) sums.set(name, (sums.get(name) ?? 0) + Number(digits));
  const text = [...all, ...all].map(({ digits, name }) => `${TIME} ${digits} ${name}`);
  expect(sumsOf(new ByteCounter(), text)).toEqual(sums);
});

test('adds up more than fits into 32 bits, of one name', () => {
  const counter = new ByteCounter();
  counter.add(Buffer.from(`${TIME} 99999999 a.de\n`.repeat(40_000)));
  expect(counter.lines).toBe(40_000);
  expect(counter.take((name) => name)).toEqual([
    expect.objectContaining({ name: 'a.de', bytes: 40_000 * 99_999_999 }),
  ]);
});

test('a name has at most 253 characters', () => {
  const counter = new ByteCounter();
  counter.add(Buffer.from(`${TIME} 1 ${'a'.repeat(253)}\n${TIME} 1 ${'a'.repeat(254)}\n`));
  expect([counter.lines, counter.skipped, counter.size]).toEqual([1, 1, 1]);
});
