import type { AuditRecord } from '../../src/core/audit.ts';
import { RefusedRequests, sourceOf, SUMMARY } from '../../src/store/refused-requests.ts';
import { until } from '../support/until.ts';

let lines: AuditRecord[];
let hasSpace: boolean;
let one: RefusedRequests;
/** What happens while a line is written. */
let meanwhile: () => void;
const start = (limits = {}) =>
  (one = new RefusedRequests({
    write: async (record) => {
      meanwhile();
      lines.push(record);
    },
    hasSpace: () => hasSpace,
    newXid: () => 'xid',
    now: () => 0,
    limits,
  }));
beforeEach(() => {
  lines = [];
  hasSpace = true;
  meanwhile = () => undefined;
});
afterEach(async () => {
  await one.close();
});

const request = (address: string, user = 'root') => ({
  ...{ address, user, authentication: 'password', command: 'login', problem: 'denied' },
});
const summaries = () =>
  lines
    .filter((line) => line.function === SUMMARY)
    .map((line) => [line.address, Object.fromEntries(line.arguments).requests]);

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  // Not the IPv4 address: RFC 4291, section 2.5.5.1.
  ['::192.0.2.1', '::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['', ''],
])('%s is counted as %s', (address, source) => {
  start();
  expect(sourceOf(address)).toBe(source);
});

test('the first is one line at once, and the others of an address are one line', async () => {
  start();
  for (let number = 0; number < 10_000; number++) await one.add(request('192.0.2.1', `u${number % 9}`));
  await one.add(request('198.51.100.1'));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ caller: 'u0', address: '192.0.2.1', function: 'login', result: 0 });
  await one.flush(true);
  expect(summaries()).toEqual([['192.0.2.1', 9999]]);
  expect(Object.fromEntries(lines[2]?.arguments ?? [])).toEqual({
    requests: 9999,
    since: '1970-01-01T00:00:00.000Z',
    users: 'u1, u2, u3, u4, u5',
    functions: 'login',
  });
});

test('addresses beyond the table’s size are one line together', async () => {
  start({ sources: 10 });
  for (let number = 0; number < 5000; number++) {
    await one.add(request(`198.51.${number >> 8}.${number & 255}`));
  }
  expect(lines).toHaveLength(10);
  await one.flush(true);
  expect(summaries()).toEqual([['other addresses', 4990]]);
});

test('no more bytes than the hourly budget, and a line that says so', async () => {
  start({ bytesPerHour: 4000, sources: 100_000 });
  for (let number = 0; number < 5000; number++) {
    await one.add(request(`198.51.${number >> 8}.${number & 255}`));
  }
  await one.flush(true);
  expect(Buffer.byteLength(JSON.stringify(lines))).toBeLessThan(4600);
  expect(lines.at(-1)?.arguments).toEqual([
    ['note', 'The limit of 4 KiB an hour for rejected requests is reached. Further ones are only counted.'],
  ]);
});

test('nothing while the disk is below its reserve, and the count once there is space', async () => {
  start();
  hasSpace = false;
  for (let number = 0; number < 20; number++) await one.add(request('192.0.2.1'));
  await one.flush(true);
  expect(lines).toEqual([]);
  hasSpace = true;
  await one.flush(true);
  expect(summaries()).toEqual([['192.0.2.1', 20]]);
});

test('what comes while a summary is written is counted, and gets no line of its own', async () => {
  start();
  for (let number = 0; number < 3; number++) await one.add(request('192.0.2.1'));
  meanwhile = () => {
    meanwhile = () => undefined;
    void one.add(request('192.0.2.1'));
  };
  await one.flush(true);
  await one.flush(true);
  expect(lines.map((line) => line.function)).toEqual(['login', SUMMARY, SUMMARY]);
  expect(summaries()).toEqual([
    ['192.0.2.1', 2],
    ['192.0.2.1', 1],
  ]);
});

test('summaries are written automatically, and the counts add up', async () => {
  start({ intervalMs: 20 });
  for (const burst of [1, 2]) {
    for (let number = 0; number < 25; number++) await one.add(request('192.0.2.1'));
    await until(() => summaries().length >= burst, 'a summary was written');
  }
  await one.close();
  const counts = summaries().map(([, count]) => Number(count));
  const whole = lines.length - counts.length;
  expect(counts.reduce((sum, count) => sum + count, 0) + whole).toBe(50);
  expect(lines.length).toBeLessThan(40);
});

test('no request fails if its line cannot be written', async () => {
  one = new RefusedRequests({
    write: () => Promise.reject(new Error('full')),
    hasSpace: () => true,
    newXid: () => 'xid',
    now: () => 0,
  });
  await one.add(request('192.0.2.1'));
  await one.add(request('192.0.2.1'));
});
