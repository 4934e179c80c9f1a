// Reads that are repeated again and again: the first ones have a line each, the others a number.
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRecord } from '../../src/core/audit.ts';
import { RepeatedReads } from '../../src/store/repeated-reads.ts';

let written: AuditRecord[];
let failure: Error | undefined;
let reads: RepeatedReads;
beforeEach(() => {
  written = [];
  failure = undefined;
  reads = withLimits({});
});
afterEach(() => reads.close());

function withLimits(limits: ConstructorParameters<typeof RepeatedReads>[0]['limits']): RepeatedReads {
  const write = async (record: AuditRecord) => {
    await pause(0);
    if (failure !== undefined) throw failure;
    written.push(record);
  };
  return new RepeatedReads({ write, limits: { own: 3, ...limits } });
}

const record = (others: Partial<AuditRecord> = {}): AuditRecord => ({
  ...{ time: 0, xid: 'x', caller: 'root', function: 'version', arguments: [] },
  ...{ result: 1, duration_ms: 0 },
  ...others,
});

async function addMany(count: number, others: Partial<AuditRecord> = {}): Promise<void> {
  for (let at = 1; at <= count; at++) {
    await reads.add(record({ time: at * 1000, xid: `x${at}`, duration_ms: at === 5 ? 70 : 1, ...others }));
  }
}

test('the first ones have a line each, and the others one line with their number, times and longest duration', async () => {
  await addMany(10_000);
  expect(written).toEqual([1, 2, 3].map((at) => record({ time: at * 1000, xid: `x${at}`, duration_ms: 1 })));
  await reads.flush(true);
  expect(written.slice(3)).toEqual([
    record({
      ...{ time: 10_000_000, xid: 'x10000', duration_ms: 70 },
      ...{ calls: 9997, since: '1970-01-01T00:00:04.000Z' },
    }),
  ]);
});

test('one call more is a line like the others', async () => {
  await addMany(4);
  await reads.flush(true);
  expect(written.map(({ xid, calls }) => [xid, calls])).toEqual(
    ['x1', 'x2', 'x3', 'x4'].map((xid) => [xid, undefined]),
  );
});

test('calls that differ in anything but their moment are counted separately', async () => {
  const kinds: Partial<AuditRecord>[] = [
    {},
    { caller: 'bob' },
    { address: '192.0.2.1' },
    { authentication: 'token a' },
    { through: 'whmapi1d' },
    { function: 'listaccts' },
    { arguments: [['search', 'a']] },
  ];
  for (const kind of kinds) await addMany(5, kind);
  expect(written).toHaveLength(kinds.length * 3);
  await reads.flush(true);
  expect(written.slice(kinds.length * 3)).toEqual(
    kinds.map((kind) => expect.objectContaining({ ...kind, calls: 2 }) as AuditRecord),
  );
});

test('a line is written at the end of the interval, and the next interval begins', async () => {
  reads = withLimits({ own: 1, intervalMs: 20, checkMs: 5 });
  await addMany(5);
  while (written.length < 2) await pause(5);
  expect(written[1]).toMatchObject({ calls: 4 });
  await addMany(1);
  expect(written[2]).toMatchObject({ xid: 'x1' });
});

test('a call whose own line cannot be written fails, and is not counted', async () => {
  failure = new Error('The disk is full.');
  await expect(addMany(1)).rejects.toThrow('The disk is full.');
  failure = undefined;
  await addMany(3);
  expect(written).toHaveLength(3);
});

test('if the line of the others cannot be written, calls fail until it is, and no number is lost', async () => {
  await addMany(10);
  failure = new Error('The disk is full.');
  await expect(reads.flush(true)).rejects.toThrow('The disk is full.');
  await expect(addMany(1)).rejects.toThrow('The disk is full.');
  await expect(addMany(1, { caller: 'bob' })).rejects.toThrow('The disk is full.');
  failure = undefined;
  await addMany(1, { caller: 'bob' });
  expect(written[3]).toMatchObject({ calls: 7 });
  expect(written[4]).toMatchObject({ caller: 'bob' });
});

test('the number of different calls is limited; the others have a line each', async () => {
  reads = withLimits({ own: 1, different: 2 });
  for (const caller of ['a', 'b', 'c']) await addMany(4, { caller });
  expect(written.map(({ caller }) => caller).join('')).toBe('abcccc');
});
