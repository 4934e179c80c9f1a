// Lists that SQL filters, sorts and pages, compared with the engine’s results in memory, for generated accounts and
// generated `api.*` arguments.
import fc from 'fast-check';
import type { RawArgument } from '../../../src/core/context.ts';
import { ApiError } from '../../../src/core/errors.ts';
import { ASCII_CAPITALS } from '../../../src/ground/rules/list-in-sql.ts';
import { readMetaArguments, type MetaArguments } from '../../../src/core/meta-arguments.ts';
import { shape, type Counts } from '../../../src/core/shape.ts';
import type { Value } from '../../../src/core/values.ts';
import { listColumns } from '../../../src/capabilities/accounts/rules/account-form.ts';
import { read } from '../../../src/life/rules/search.ts';
import * as accounts from '../../../src/capabilities/accounts/rules/accounts.ts';
import type { Account } from '../../../src/capabilities/accounts/rules/accounts.ts';
import { anAccount } from '../../support/accounts.ts';
import { Installation } from '../../support/installation.ts';

const limit = fc.constantFrom(null, null, 0, 1, 9, 10, 100, 2 ** 40);
const time = fc.constantFrom(0, 1, 999, 1000, 86_400_000, 1_793_775_959_999, 1_793_775_960_000);
const texts = [
  '',
  'paid',
  'PAID',
  'Straße',
  'ﬀ office: ınﬁnıte ſtaﬄ',
  'STRASSE',
  'ΟΔΟΣ',
  'οδος',
  'ı',
  '\uFFFF',
  '\uFFFD',
  '😀',
  '10',
  'unlimited',
  'null',
];
const account: fc.Arbitrary<Account> = fc
  .record({
    username: fc.stringMatching(/^[a-c][a-c0-1]{0,4}$/),
    domain: fc.stringMatching(/^[a-c0-1]{1,3}\.(example|test)$/),
    owner: fc.constantFrom('root', 'alice', 'bob'),
    package: fc.constantFrom('default', 'Gold plan', 'gold', '10', 'unlimited', '9.5'),
    contactEmail: fc.constantFrom('', 'A@b.example', 'a@b.example'),
    ip: fc.constantFrom('192.0.2.1', '192.0.2.10', '192.0.2.9', '9.200.0.1', '10.0.255.3', '10.1.0.0'),
    uid: fc.integer({ min: 1000, max: 1012 }),
    home: fc.constantFrom('/home/a', '/home2/a'),
    mailboxFormat: fc.constantFrom('maildir' as const, 'mdbox' as const),
    backup: fc.boolean(),
    createdAt: time,
    suspendedAt: fc.oneof(fc.constant(null), time),
    suspendReason: fc.constantFrom(...texts),
    suspendLocked: fc.boolean(),
    blocksUsed: fc.constantFrom(null, 0, 1, 1024, 1025, 20_480),
    inodesUsed: fc.constantFrom(null, 0, 1, 2, 10),
    settings: fc.record({
      diskLimit: limit,
      maxMailboxes: limit,
      maxDatabases: limit,
      maxEmailPerHour: limit,
    }),
  })
  .map(anAccount);
const someAccounts = fc.oneof(
  fc.uniqueArray(account, { maxLength: 3, comparator: clash }),
  fc.uniqueArray(account, { minLength: 10, maxLength: 20, size: 'max', comparator: clash }),
);

function clash(a: Account, b: Account): boolean {
  return a.username === b.username || a.domain === b.domain;
}

const every = Object.keys(listColumns);
const numbers = ['maxpop', 'maxsql', 'max_email_per_hour', 'inodeslimit', 'inodesused', 'suspendtime', 'uid'];
const words = [
  'user',
  'domain',
  'owner',
  'plan',
  'email',
  'disklimit',
  'diskused',
  'startdate',
  'partition',
  'shell',
];
const flags = ['backup', 'suspended', 'is_locked', 'temporary'];
const field = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words, ...numbers, ...flags) },
  { weight: 3, arbitrary: fc.constantFrom(...every) },
  { weight: 1, arbitrary: fc.constant('suspendreason') },
  { weight: 1, arbitrary: fc.constantFrom('*', 'ip', 'usr', 'constructor') },
);
const sought = fc.oneof(
  fc.constantFrom(
    ...texts,
    'a',
    'A',
    '.',
    'b1',
    'EXAMPLE',
    'root',
    'plan',
    'M',
    'none',
    'not suspended',
    'home',
    'Jan',
  ),
  fc.constantFrom(
    'ß',
    'ss',
    'ﬁ',
    '%',
    '_',
    '*',
    "'",
    '\0',
    'a\0',
    '\uD800',
    '26 Nov',
    '192.0.2.1',
    '1970',
    '10M',
  ),
);
const figure = fc.constantFrom(
  '0',
  '1',
  '9',
  '10',
  '100',
  '1000',
  '-1',
  '0.5',
  '1793775959',
  '99999999999999999999',
);
const filter = fc.oneof(
  fc.record({ field, type: fc.constantFrom('contains', 'begins', 'eq'), arg0: sought }),
  // The only field that is not ASCII.
  fc.record({
    field: fc.constant('suspendreason'),
    type: fc.constantFrom('contains', 'begins', 'eq', 'eq'),
    arg0: fc.constantFrom(...texts, 'ss', 'OFF', 'staffl', 'İ', 'ß', 'ς', '\uD800'),
  }),
  fc.record({
    field: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...numbers, ...flags) },
      { weight: 1, arbitrary: field },
    ),
    type: fc.constantFrom('==', 'lt', 'lt_equal', 'gt', 'gt_equal'),
    arg0: figure,
  }),
  fc.record({
    field: fc.constantFrom(...numbers, ...flags),
    type: fc.constantFrom('lt_handle_unlimited', 'gt_handle_unlimited'),
    arg0: fc.oneof(figure, fc.constantFrom('unlimited', 'UNLIMITED')),
  }),
);
const sort = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ field, method: fc.constant('lexicographic'), reverse: fc.constantFrom('0', '1') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      field: fc.constantFrom(...numbers, ...flags),
      method: fc.constantFrom('numeric', 'numeric_zero_as_max'),
      reverse: fc.constantFrom('0', '1'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      field: fc.constantFrom('ip', 'ip', 'ip', 'domain', 'plan'),
      method: fc.constantFrom('ipv4', 'ipv4', 'numeric'),
      reverse: fc.constantFrom('0', '1'),
    }),
  },
);
const chunk = fc.record({
  size: fc.constantFrom('1', '2', '5', '100', '999999999999999'),
  start: fc.constantFrom('-1', '1', '2', '3', '40', '999999999999999'),
});

/** The list query of a call with these arguments; undefined if they are rejected as such. */
const listQuery: fc.Arbitrary<MetaArguments | undefined> = fc
  .record({
    filters: fc.array(filter, { maxLength: 2 }),
    sorts: fc.array(sort, { maxLength: 2 }),
    chunk: fc.option(chunk),
    columns: fc.option(fc.uniqueArray(fc.constantFrom(...every, 'usr'), { minLength: 1, maxLength: 3 }), {
      freq: 2,
    }),
    isVerbose: fc.constantFrom('0', '1'),
  })
  .map(({ filters, sorts, chunk, columns, isVerbose }) => {
    const args: RawArgument[] = [];
    const add = (name: string, members: Readonly<Record<string, string>>) => {
      for (const [key, value] of Object.entries(members)) args.push({ name: `${name}.${key}`, value });
    };
    if (filters.length > 0) add('api.filter', { enable: '1', verbose: isVerbose });
    filters.forEach((one, at) => add(`api.filter.${'ab'.charAt(at)}`, one));
    if (sorts.length > 0) add('api.sort', { enable: '1' });
    sorts.forEach((one, at) => add(`api.sort.${'ab'.charAt(at)}`, one));
    if (chunk !== null) add('api.chunk', { enable: '1', verbose: isVerbose, ...chunk });
    if (columns !== null) {
      // A sort key must be among them.
      const shown = [...new Set([...columns, ...sorts.map((one) => one.field)])];
      add('api.columns', {
        enable: '1',
        ...Object.fromEntries(shown.map((name, at) => ['abcde'.charAt(at), name])),
      });
    }
    try {
      return readMetaArguments(args).meta;
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  });

let here: Installation;
beforeAll(() => {
  here = new Installation();
});
afterAll(() => here.remove());

/** The result of a list with these arguments, or why it is rejected. */
function outcome(items: readonly Value[], meta: MetaArguments, counts?: Counts): unknown {
  try {
    return shape(items, 'acct', meta, every, counts);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

test('all letters with capitals of ASCII are known', () => {
  const found: Record<string, string> = {};
  for (let code = 0x80; code <= 0x10ffff; code++) {
    const letter = String.fromCodePoint(code);
    if (/[\0-\x7f]/.test(letter.toUpperCase())) found[letter] = letter.toUpperCase();
  }
  expect(found).toEqual(ASCII_CAPITALS);
});

test('SQL gives the same result as the engine in memory', async () => {
  const runs = { inSql: 0, inMemory: 0, refused: 0, cut: 0 };
  const condition = fc.constantFrom(
    { where: 'TRUE', values: [] },
    { where: 'owner = ?', values: ['alice'] },
    { where: "owner = ? OR username < 'b'", values: ['root'] },
  );
  await fc.assert(
    fc.asyncProperty(someAccounts, listQuery, condition, async (stored, meta, condition) => {
      if (meta === undefined) {
        runs.refused += 1;
        return;
      }
      await here.engine.store.transaction('changes', async (db) => {
        for (const one of stored) await accounts.insert(db, one);
        const nobody = { listQuery: undefined, reportCounts: () => undefined };
        const all = await read({ db, ...nobody }, { columns: listColumns, condition });
        let counts: Counts | undefined;
        const reportCounts = (given: Counts) => {
          counts = given;
        };
        const items = await read({ db, listQuery: meta, reportCounts }, { columns: listColumns, condition });
        const expected = outcome(all, meta);
        expect(outcome(items, meta, counts)).toEqual(expected);
        if (counts === undefined) runs.inMemory += 1;
        else runs.inSql += 1;
        if (counts !== undefined && items.length < all.length) runs.cut += 1;
        return { value: undefined, keep: false };
      });
    }),
    { numRuns: 1000 },
  );
  // Both ways were used often enough, and SQL had something to omit.
  expect(runs.inSql).toBeGreaterThan(100);
  expect(runs.inMemory).toBeGreaterThan(25);
  expect(runs.cut).toBeGreaterThan(25);
  expect(runs.refused).toBeLessThan(100);
});
