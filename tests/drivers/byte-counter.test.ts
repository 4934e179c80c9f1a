// Names in the table of the scanner that counts bytes, also if all of them have the same hash.
import { randomBytes } from 'node:crypto';
import { ByteCounter } from '../../src/drivers/bandwidth/byte-counter.ts';
import { compiled } from '../../src/drivers/bandwidth/scanner/compiled.ts';

const TIME = Date.parse('2026-03-01T12:00:00Z') / 1000;

function sumsOf(counter: ByteCounter, lines: readonly string[]): Map<string, number> {
  const [buffer] = counter.buffers;
  const text = lines.map((one) => `${one}\n`).join('');
  expect(text.length).toBeLessThanOrEqual(buffer.length);
  counter.add(buffer, buffer.write(text, 'latin1'));
  return new Map(counter.take((name) => name).map(({ name, bytes }) => [name, bytes]));
}

const names = Array.from({ length: 600 }, (_, at) => [
  `${at}.de`,
  // 30 and 31 bytes: the longest name that is compared at once, and the shortest one that is not.
  `${String(at).padStart(27, 'a')}.de`,
  `${String(at).padStart(28, 'a')}.de`,
  // They begin alike, and one ends like another.
  `${'shop-of-anna.'.repeat(8)}${at}.de`,
  `${at}.${'shop-of-anna.'.repeat(8)}de`,
]).flat();
const lines = [...names, ...names].map((name, at) => `${TIME} ${1 + at} ${name}`);
const expected = new Map(names.map((name, at) => [name, 2 + 2 * at + names.length]));

test.each([
  ['names with any hash', undefined],
  // The hash is multiplied by the secret.
  ['names that all have the hash 0', new Uint8Array(40)],
])('counts %s apart', (_which, secret) => {
  expect(sumsOf(new ByteCounter(1_000_000, secret), lines)).toEqual(expected);
});

test('counts names apart whose halves differ in the same bits', () => {
  // An exclusive or of the halves would be the same for all of them.
  const same = Array.from({ length: 1024 }, (_, at) => {
    const bits = [...at.toString(2).padStart(10, '0')];
    return `${bits.map((bit) => (bit === '1' ? '8' : '0')).join('')}shop-a${bits.join('')}.de`;
  });
  const all = [...same, ...same].map((name, at) => `${TIME} ${1 + at} ${name}`);
  expect(sumsOf(new ByteCounter(200_000), all)).toEqual(
    new Map(same.map((name, at) => [name, 2 + 2 * at + same.length])),
  );
});

test('counts any number of digits with a name of any length', () => {
  const all = Array.from({ length: 15 * 64 }, (_, at) => ({
    digits: '987654321098765'.slice(0, 1 + Math.floor(at / 64)),
    name: 'a-shop-for-me.of-anna.and-bob.'.repeat(3).slice(0, at % 64) + 'a',
  }));
  const sums = new Map<string, number>();
  for (const { digits, name } of [...all, ...all]) sums.set(name, (sums.get(name) ?? 0) + Number(digits));
  // The first line of a name takes another way than the following ones.
  const text = [...all, ...all].map(({ digits, name }) => `${TIME} ${digits} ${name}`);
  expect(sumsOf(new ByteCounter(200_000), text)).toEqual(sums);
});

test('adds up more than fits into 32 bits, of one name', () => {
  const counter = new ByteCounter(1_000_000);
  const [buffer] = counter.buffers;
  const length = buffer.write(`${TIME} 99999999 a.de\n`.repeat(40_000));
  const rounds = 1_100;
  for (let round = 0; round < rounds; round++) counter.add(buffer, length);
  expect(counter.lines).toBe(rounds * 40_000);
  expect(counter.take((name) => name)).toEqual([
    expect.objectContaining({ name: 'a.de', bytes: rounds * 40_000 * 99_999_999 }),
  ]);
});

test('counts the lines of all names of up to 30 bytes in the fast way', () => {
  const module = new WebAssembly.Module(Buffer.from(compiled, 'base64'));
  const scanner = new WebAssembly.Instance(module).exports as Record<
    'ENTRIES' | 'LINES' | 'SECRET',
    WebAssembly.Global
  > & {
    readonly memory: WebAssembly.Memory;
    readonly forget: () => void;
    readonly begin: (start: bigint, end: bigint) => void;
    readonly add: (start: number, end: number) => number;
  };
  const position = (name: 'ENTRIES' | 'LINES' | 'SECRET') => scanner[name].value;
  scanner.memory.grow(1);
  const memory = Buffer.from(scanner.memory.buffer);
  memory.set(randomBytes(40), position('SECRET'));
  const midnight = BigInt(Math.floor(TIME / 86_400) * 86_400);
  for (let length = 1; length <= 64; length++) {
    scanner.forget();
    scanner.begin(midnight, midnight + 86_400n);
    const line = `${TIME} 1234 ${'a'.repeat(length)}\n`;
    const start = position('LINES');
    const end = start + memory.write(line.repeat(2), start);
    expect(scanner.add(start, end)).toBe(end);
    // The only name. A new one is added in the slow way, to a sum. The fast way has sums of pairs of digits.
    const entry = position('ENTRIES') + 64;
    const inPairs = 100 * memory.readInt32LE(entry + 32 + 8) + memory.readInt32LE(entry + 32 + 12);
    expect([length, inPairs, memory.readInt32LE(entry + 48)]).toEqual(
      length <= 30 ? [length, 1234, 1234] : [length, 0, 2468],
    );
  }
});
