// Calls of accounts that fail: the first ones of a minute have a line each, the others a number.
import type { AuditRecord } from '../../src/core/audit.ts';
import { failedCalls, SUMMARY } from '../../src/store/failed-calls.ts';

let lines: AuditRecord[];
const start = (limits = {}) =>
  failedCalls({
    write: async (record) => {
      lines.push(record);
    },
    hasSpace: () => true,
    newXid: () => 'xid',
    now: () => 0,
    limits,
  });
beforeEach(() => {
  lines = [];
});

const record = (caller: string, others: Partial<AuditRecord> = {}): AuditRecord => ({
  ...{ time: 1, xid: 'x', caller, function: 'Tokens::revoke', arguments: [['name', 'x']] },
  ...{ result: 0, error_code: 'not_found', duration_ms: 1, ...others },
});

test('ten of an account are whole, and its others are one line, which does not count those of other accounts', async () => {
  const calls = start();
  for (let number = 0; number < 10_000; number++)
    await calls.add('bob', record('bob', { function: number % 2 === 0 ? 'A::a' : 'B::b' }));
  await calls.add('eve', record('eve'));
  expect(lines.map(({ caller }) => caller)).toEqual([...Array.from({ length: 10 }, () => 'bob'), 'eve']);
  expect(lines[10]).toEqual(record('eve'));
  await calls.close();
  expect(lines.slice(11)).toEqual([
    {
      ...{ time: 0, xid: 'xid', caller: 'bob', function: SUMMARY, result: 0, error_code: 'not_found' },
      arguments: [
        ['requests', 9990],
        ['since', '1970-01-01T00:00:00.000Z'],
        ['functions', 'A::a, B::b'],
      ],
      duration_ms: 0,
    },
  ]);
});

test('long lines of an account use up its own bytes of the hour only', async () => {
  const calls = start({ bytesPerHour: 2000 });
  const long = record('bob', { arguments: [['name', 'x'.repeat(900)]] });
  for (let number = 0; number < 50; number++) await calls.add('bob', long);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({
    caller: 'bob',
    arguments: [
      [
        'note',
        'The limit of 2 KiB an hour for failed calls of this account is reached. Further ones are only counted.',
      ],
    ],
  });
  await calls.add('eve', record('eve'));
  expect(lines[2]).toEqual(record('eve'));
  await calls.close();
});
