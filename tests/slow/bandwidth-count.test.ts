// How the log of bytes is counted: its lines, its rotation, and interruptions.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { countNewLines, type Batch } from '../../src/capabilities/bandwidth/driver/count.ts';
import { BYTES_LOG, LOG_DIRECTORY } from '../../src/capabilities/bandwidth/driver/places.ts';
import type { LogPosition } from '../../src/ground/rules/log-positions.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let log: string;
/** What would be in the store. */
let known: LogPosition[];
let bytes: Map<string, number>;

beforeEach(() => {
  here = new Installation();
  mkdirSync(join(here.state, 'root', LOG_DIRECTORY), { recursive: true });
  log = join(here.state, 'root', BYTES_LOG);
  known = [];
  bytes = new Map();
});
afterEach(() => here.remove());

const START = Date.parse('2026-03-01T12:00:00Z') / 1000;
const line = (sent: number, name = 'bob.example', time = START) => `${time} ${sent} ${name}\n`;

function keep({ counts, moves }: Batch): Promise<void> {
  for (const { name, bytes: sent } of counts) bytes.set(name, (bytes.get(name) ?? 0) + sent);
  for (const { before, after } of moves) {
    expect(known.find((one) => one.inode === after.inode)).toEqual(before);
    known = [...known.filter((one) => one.inode !== after.inode), after];
  }
  return Promise.resolve();
}

interface Options {
  readonly batchBytes?: number;
  readonly keep?: typeof keep;
  readonly signal?: AbortSignal;
}

async function count(options: Options = {}) {
  return countNewLines({
    files: await here.engine.machine.files([LOG_DIRECTORY]),
    known,
    keep,
    progress: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });
}

const total = () => [...bytes.values()].reduce((sum, one) => sum + one, 0);

describe('lines', () => {
  it('adds up the bytes of each name and day', async () => {
    const days: Batch['counts'][number][] = [];
    writeFileSync(
      log,
      [
        line(100),
        line(20, 'anna.example', START + 86_400),
        line(3),
        line(0, 'anna.example'),
        line(7, 'bob.example', START + 86_400),
        line(900_000_000_000_000, 'anna.example'),
      ].join(''),
    );
    await count({
      keep: async (batch) => {
        days.push(...batch.counts);
      },
    });
    expect(days).toEqual([
      { name: 'bob.example', day: 20260301, bytes: 103 },
      { name: 'anna.example', day: 20260301, bytes: 900_000_000_000_000 },
      { name: 'anna.example', day: 20260302, bytes: 20 },
      { name: 'bob.example', day: 20260302, bytes: 7 },
    ]);
  });

  it.each([
    ['no name', `${START} 5 \n`],
    ['an empty line', '\n'],
    ['one field', `${START}\n`],
    ['two fields', `${START} 5\n`],
    ['four fields', `${START} 5 bob.example 6\n`],
    ['two spaces', `${START}  5 bob.example\n`],
    ['two spaces before the name', `${START} 5  bob.example\n`],
    ['a tab', `${START}\t5 bob.example\n`],
    ['a carriage return', `${START} 5 bob.example\r\n`],
    ['a short time', '176414400 5 bob.example\n'],
    ['a long time', '17641440000 5 bob.example\n'],
    ['a time with a letter', '17641x4000 5 bob.example\n'],
    ['a time that ends with a letter', `${String(START).slice(0, 9)}x 5 bob.example\n`],
    ['no bytes', `${START}  bob.example\n`],
    ['bytes that are no number', `${START} - bob.example\n`],
    ['negative bytes', `${START} -5 bob.example\n`],
    ['too many bytes', `${START} 1234567890123456 bob.example\n`],
    ['an upper-case name', `${START} 5 Bob.example\n`],
    ['a name with a slash', `${START} 5 ../bob\n`],
    ['a name that ends with a dot', `${START} 5 bob.example.\n`],
    ['a name with a quote', `${START} 5 bob'--.example\n`],
    ['a long name', `${START} 5 ${'b'.repeat(254)}\n`],
    ['a name that is not ASCII', `${START} 5 bób.example\n`],
    ['a NUL', `${START} 5 bob\0.example\n`],
    ['binary data', Buffer.from([0xff, 0xfe, 0x80, 0x81, 0x20, 0x31, 0x0a])],
  ])('skips and counts a line with %s', async (_what, hostile) => {
    writeFileSync(log, Buffer.concat([Buffer.from(line(1)), Buffer.from(hostile), Buffer.from(line(10))]));
    expect(await count()).toEqual({ lines: 2, skipped: 1, problems: [] });
    expect(bytes).toEqual(new Map([['bob.example', 11]]));
  });

  it('skips a line that is longer than the memory for it', async () => {
    const long = Buffer.alloc(3_500_000, 'x');
    writeFileSync(log, Buffer.concat([Buffer.from(line(1)), long, Buffer.from(`\n${line(10)}`)]));
    expect(await count()).toMatchObject({ lines: 2 });
    expect(total()).toBe(11);
  });

  it('keeps many names apart, also if they differ in one byte only', async () => {
    const names = Array.from(
      { length: 20_000 },
      (_, at) => `${at.toString(36)}.${'x'.repeat(at % 7)}example`,
    );
    writeFileSync(log, [...names, ...names].map((name, at) => line(at, name)).join(''));
    await count();
    expect(bytes.size).toBe(20_000);
    expect(names.map((name) => bytes.get(name))).toEqual(names.map((_, at) => at + at + 20_000));
  });

  it('keeps many long names apart that begin alike', async () => {
    const names = Array.from(
      { length: 35_000 },
      (_, at) => `${'a-long-name-of-a-shop.'.repeat(1 + (at % 11))}${at.toString(36)}.example`,
    );
    writeFileSync(log, [...names, ...names].map((name, at) => line(at, name)).join(''));
    expect(await count()).toMatchObject({ lines: 70_000, skipped: 0 });
    expect(bytes.size).toBe(35_000);
    expect(names.map((name) => bytes.get(name))).toEqual(names.map((_, at) => at + at + 35_000));
  });

  it('adds lines of two days that come in turn to their days', async () => {
    const names = ['bob.example', 'anna.example', `${'long.'.repeat(20)}example`];
    const lines = Array.from({ length: 6000 }, (_, at) =>
      line(1 + (at % 7), names[at % 3], START + 86_400 * (at % 2)),
    );
    writeFileSync(log, lines.join(''));
    const sums = new Map<string, number>();
    await count({
      keep: async ({ counts }) => {
        for (const { name, day, bytes: sent } of counts) sums.set(`${name} ${day}`, sent);
      },
    });
    const expected = new Map<string, number>();
    for (let at = 0; at < 6000; at++) {
      const key = `${names[at % 3] ?? ''} ${20260301 + (at % 2)}`;
      expected.set(key, (expected.get(key) ?? 0) + 1 + (at % 7));
    }
    expect(sums).toEqual(expected);
  });

  it('agrees with a simple count, whatever the lines are and wherever the log is cut', async () => {
    const name = fc.stringMatching(/^[a-c.\- A]{0,9}$/);
    const field = fc.oneof(fc.constant(String(START)), fc.nat().map(String), fc.constant('x'));
    const lines = fc.array(
      fc.oneof(
        fc.tuple(name, field, field).map((parts) => parts.join(' ')),
        name,
      ),
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(400), { maxLength: 3 }), async (texts, cuts) => {
        const text = texts.map((one) => `${one}\n`).join('');
        const expected = new Map<string, number>();
        for (const one of texts) {
          const [, sent, owner = ''] =
            /^\d{10} (\d{1,15}) ([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)$/.exec(one) ?? [];
          if (sent !== undefined && Number(sent) > 0)
            expected.set(owner, (expected.get(owner) ?? 0) + Number(sent));
        }
        rmSync(log, { force: true });
        known = [];
        bytes = new Map();
        let at = 0;
        for (const cut of [
          ...cuts.map((one) => Math.min(one, text.length)).sort((a, b) => a - b),
          text.length,
        ]) {
          appendFileSync(log, text.slice(at, cut));
          await count();
          at = cut;
        }
        expect(bytes).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('agrees with a simple count of common lines, some of which have one byte replaced', async () => {
    const short = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,33}\.de$/);
    // Many of them differ only behind what fits into a slot.
    const long = fc
      .tuple(fc.constantFrom(29, 32, 60, 64, 248), fc.stringMatching(/^[ab]{0,2}$/))
      .map(([size, end]) => `${'x'.repeat(size)}${end}.de`);
    const names = fc.oneof(short, long);
    const byte = fc.constantFrom(...'09:/ \n\0-.aZ\x7f\xff');
    const fields = fc.record({
      name: fc.nat(3),
      second: fc.nat(120),
      sent: fc.oneof(fc.nat(200_000), fc.maxSafeNat()),
      replaced: fc.option(fc.tuple(fc.nat(60), byte), { freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(names, { minLength: 4, maxLength: 4 }),
        fc.array(fields, { minLength: 1, maxLength: 60 }),
        async (some, all) => {
          const texts = all.map(({ name, second, sent, replaced }) => {
            const text = line(sent, some[name], START + second);
            const [at, other] = replaced ?? [0, text.charAt(0)];
            return at < text.length - 1 ? text.slice(0, at) + other + text.slice(at + 1) : text;
          });
          const text = texts.join('');
          const expected = new Map<string, number>();
          for (const one of text.split('\n')) {
            const [, sent, owner = ''] =
              /^\d{10} (\d{1,15}) ([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)$/.exec(one) ?? [];
            if (Number(sent) > 0) expected.set(owner, (expected.get(owner) ?? 0) + Number(sent));
          }
          rmSync(log, { force: true });
          known = [];
          bytes = new Map();
          writeFileSync(log, text, 'latin1');
          await count();
          expect(bytes).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a log that grows', () => {
  it('is never counted twice', async () => {
    writeFileSync(log, line(1));
    await count();
    expect(await count()).toMatchObject({ lines: 0 });
    appendFileSync(log, line(10));
    expect(await count()).toMatchObject({ lines: 1 });
    expect(total()).toBe(11);
  });

  it('keeps an incomplete last line for later', async () => {
    const whole = line(12_345);
    writeFileSync(log, line(1) + whole.slice(0, -3));
    await count();
    expect(total()).toBe(1);
    appendFileSync(log, whole.slice(-3));
    await count();
    expect(total()).toBe(12_346);
  });

  it('is nothing to count if it does not exist, or is a link', async () => {
    expect(await count()).toMatchObject({ lines: 0 });
    symlinkSync('/etc/passwd', log);
    expect(await count()).toEqual({ lines: 0, skipped: 0, problems: [expect.stringContaining(BYTES_LOG)] });
  });
});

describe('rotation', () => {
  const first = Array.from({ length: 100 }, (_, at) => line(1, 'bob.example', START + at)).join('');

  beforeEach(async () => {
    writeFileSync(log, first);
    await count();
    // Not counted when the log is rotated.
    appendFileSync(log, line(1000));
  });

  it('by renaming: the rest is counted, and what Apache still writes to the renamed log', async () => {
    renameSync(log, `${log}.1`);
    writeFileSync(log, line(20_000));
    await count();
    expect(total()).toBe(21_100);
    appendFileSync(`${log}.1`, line(300_000));
    renameSync(`${log}.1`, `${log}.2`);
    renameSync(log, `${log}.1`);
    writeFileSync(log, line(4_000_000));
    await count();
    expect(total()).toBe(4_321_100);
    await count();
    expect(total()).toBe(4_321_100);
  });

  it('by renaming, if the new log begins like the former one', async () => {
    rmSync(log);
    known = [];
    bytes = new Map();
    writeFileSync(log, line(7));
    await count();
    renameSync(log, `${log}.1`);
    writeFileSync(log, line(7));
    await count();
    expect(total()).toBe(14);
  });

  it('with dates in the names', async () => {
    renameSync(log, `${log}-20260301`);
    writeFileSync(log, line(20_000));
    await count();
    expect(total()).toBe(21_100);
  });

  it('by copying and truncating', async () => {
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    appendFileSync(log, line(20_000));
    await count();
    expect(total()).toBe(21_100);
  });

  it('by copying and truncating, if the log has already grown beyond its former size', async () => {
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    const grown = Array.from({ length: 200 }, (_, at) => line(100, 'bob.example', START + 500 + at)).join('');
    appendFileSync(log, grown);
    expect(statSync(log).size).toBeGreaterThan(first.length);
    await count();
    expect(total()).toBe(21_100);
  });

  it('with compression before the rest was counted', async () => {
    renameSync(log, `${log}.1`);
    writeFileSync(`${log}.1.gz`, gzipSync(Buffer.concat([Buffer.from(first), Buffer.from(line(1000))])));
    rmSync(`${log}.1`);
    writeFileSync(log, line(20_000));
    await count();
    expect(total()).toBe(21_100);
    renameSync(`${log}.1.gz`, `${log}.2.gz`);
    await count();
    expect(total()).toBe(21_100);
  });

  it('counts a compressed log that it has never seen', async () => {
    const text = Array.from({ length: 50_000 }, (_, at) => line(1, `x${at % 7}.example`, START + 900)).join(
      '',
    );
    writeFileSync(`${log}.4.gz`, gzipSync(text));
    expect(await count({ batchBytes: 500_000 })).toMatchObject({ lines: 50_001 });
    expect(total()).toBe(51_100);
    await count();
    expect(total()).toBe(51_100);
  });

  it('decompresses a log once', async () => {
    const text = Array.from({ length: 300_000 }, (_, at) => line(at % 9973, 'x.example', START + at)).join(
      '',
    );
    const compressed = gzipSync(text, { level: 1 });
    writeFileSync(`${log}.4.gz`, compressed);
    const files = await here.engine.machine.files([LOG_DIRECTORY]);
    let read = 0;
    const open: typeof files.open = async (path) => {
      const file = await files.open(path);
      if (file === undefined || !path.endsWith('.gz')) return file;
      return {
        ...{ device: file.device, inode: file.inode, size: file.size, close: () => file.close() },
        descriptor: file.descriptor,
        read: async (...words) => {
          const size = await file.read(...words);
          read += size;
          return size;
        },
      };
    };
    const list = (path: string) => files.list(path);
    const result = await countNewLines({
      files: { ...files, open, list },
      ...{ known, keep, progress: () => undefined, signal: new AbortController().signal },
    });
    expect(result).toMatchObject({ lines: 300_001, problems: [] });
    // Its beginning is read before.
    expect(read).toBeLessThan(2 * compressed.length);
  });

  it('reports a damaged compressed log, and counts the others', async () => {
    writeFileSync(`${log}.4.gz`, gzipSync(line(1)).subarray(0, 20));
    expect((await count()).problems).toEqual(['A compressed log could not be read: unexpected end of file.']);
    expect(total()).toBe(1100);
  });

  it('names logs that it cannot read', async () => {
    writeFileSync(`${log}.4.xz`, 'x');
    expect((await count()).problems).toEqual([
      `“${BYTES_LOG}.4.xz” is not read: only logs compressed with gzip can be read.`,
    ]);
  });

  it('counts another file from its beginning although it got the inode of a removed one', async () => {
    await count();
    const [one] = known;
    rmSync(log);
    writeFileSync(log, Array.from({ length: 300 }, () => line(1, 'bob.example', START + 999)).join(''));
    const { ino } = statSync(log);
    known = known.map((file) => (file === one ? { ...file, inode: String(ino) } : file));
    await count();
    expect(total()).toBe(1100 + 300);
  });

  it('counts a log once that is found under two names', async () => {
    copyFileSync(log, `${log}.keep`);
    const { linkSync } = await import('node:fs');
    linkSync(log, `${log}.1`);
    await count();
    expect(total()).toBe(1100);
    expect(existsSync(`${log}.1`)).toBe(true);
  });
});

describe('an interruption', () => {
  const text = Array.from({ length: 90_000 }, (_, at) => line(1, `x${at % 9}.example`)).join('');

  it('between two batches loses and doubles nothing', async () => {
    writeFileSync(log, text);
    let batches = 0;
    const failing = async (batch: Batch) => {
      batches += 1;
      if (batches === 2) throw new Error('The store has failed.');
      await keep(batch);
    };
    await expect(count({ batchBytes: 1_000_000, keep: failing })).rejects.toThrow('The store has failed.');
    expect(total()).toBeGreaterThan(0);
    expect(total()).toBeLessThan(90_000);
    await count({ batchBytes: 1_000_000 });
    expect(total()).toBe(90_000);
  });

  it('by a request to stop', async () => {
    writeFileSync(log, text);
    const stop = new AbortController();
    const stopping = async (batch: Batch) => {
      await keep(batch);
      stop.abort(new Error('stopped'));
    };
    await expect(count({ batchBytes: 1_000_000, keep: stopping, signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
    await count();
    expect(total()).toBe(90_000);
  });
});
