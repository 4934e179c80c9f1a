import fc from 'fast-check';
import type { RawArgument } from '../../src/core/context.ts';
import { ApiError } from '../../src/core/errors.ts';
import { readMetaArguments } from '../../src/core/meta-arguments.ts';
import { compareText, foldCase, ipv4Of } from '../../src/core/compare.ts';
import { shape } from '../../src/core/shape.ts';
import type { Hash, Value } from '../../src/core/values.ts';

/** Shapes a list like a call with these arguments. `enable` is added for every feature that is used. */
function apply(items: readonly Value[], args: string, declared?: readonly string[], listKey = 'acct') {
  const raw = args
    .split(' ')
    .filter((word) => word !== '')
    .map((word): RawArgument => {
      const [name = '', ...value] = word.split('=');
      return { name: `api.${name}`, value: decodeURIComponent(value.join('=')) };
    });
  const used = new Set(raw.map(({ name }) => name.split('.')[1]));
  const enable = [...used].map((feature): RawArgument => ({ name: `api.${feature}.enable`, value: '1' }));
  return shape(items, listKey, readMetaArguments([...enable, ...raw]).meta, declared);
}

function users(items: readonly Value[], args: string): Value[] {
  return apply(items, args).items.map((item) => (item as Hash).user ?? null);
}

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError && error.code === 'bad_meta') return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

const accounts: readonly Value[] = [
  { user: 'anna', domain: 'anna.example.com', disk: 300, limit: '1000', ip: '10.0.0.10', owner: 'root' },
  { user: 'Bob', domain: 'bob.example.org', disk: 20, limit: 'unlimited', ip: '10.0.0.9', owner: 'anna' },
  { user: 'carol', domain: 'CAROL.example.com', disk: 0, limit: '250', ip: '9.200.0.1', owner: 'root' },
  { user: 'dave', domain: 'dave.example.net', disk: null, limit: '0', ip: null, owner: 'anna' },
  { user: 'eve', domain: 'eve.example.com', limit: 'Unlimited', owner: 'root' },
];

describe('filter', () => {
  test.each([
    ['user', 'contains', 'A', ['anna', 'carol', 'dave']],
    ['user', 'contains', '', ['anna', 'Bob', 'carol', 'dave', 'eve']],
    ['disk', 'contains', '0', ['anna', 'Bob', 'carol']],
    ['disk', 'contains', '', ['anna', 'Bob', 'carol']],
    ['user', 'begins', 'b', ['Bob']],
    ['domain', 'begins', 'carol.', ['carol']],
    ['domain', 'begins', 'example', []],
    ['user', 'eq', 'Bob', ['Bob']],
    ['user', 'eq', 'bob', []],
    ['disk', 'eq', '20', ['Bob']],
    ['limit', 'eq', 'unlimited', ['Bob']],
    ['limit', '==', '250', ['carol']],
    ['limit', '==', '250.0', ['carol']],
    ['limit', 'lt', '250', ['dave']],
    ['limit', 'lt', '99999', ['anna', 'carol', 'dave']],
    ['limit', 'lt_equal', '250', ['carol', 'dave']],
    ['limit', 'lt_handle_unlimited', '1000', ['carol', 'dave']],
    ['limit', 'lt_handle_unlimited', 'unlimited', ['anna', 'carol', 'dave']],
    ['limit', 'gt', '250', ['anna']],
    ['limit', 'gt_equal', '250', ['anna', 'carol']],
    ['limit', 'gt_handle_unlimited', '250', ['anna', 'Bob', 'eve']],
    ['limit', 'gt_handle_unlimited', 'unlimited', []],
    ['disk', 'lt', '99999', ['anna', 'Bob', 'carol']],
    ['disk', 'gt_equal', '0', ['anna', 'Bob', 'carol']],
    ['*', 'contains', 'ANNA', ['anna', 'Bob', 'dave']],
    ['*', 'eq', '20', ['Bob']],
    ['*', '==', '0', ['carol', 'dave']],
    ['*', 'gt', '250', ['anna']],
    ['*', 'gt_handle_unlimited', '250', ['anna', 'Bob', 'eve']],
  ])('%s %s “%s” keeps %j', (field, type, arg0, kept) => {
    const args = `filter.a.field=${field} filter.a.type=${type} filter.a.arg0=${arg0}`;
    expect(users(accounts, args)).toEqual(kept);
  });

  test('contains is the default type', () => {
    expect(users(accounts, 'filter.a.field=user filter.a.arg0=O')).toEqual(['Bob', 'carol']);
  });

  test('a record must match all filters', () => {
    const args =
      'filter.a.field=owner filter.a.arg0=root filter.za.field=disk filter.za.type=gt filter.za.arg0=10';
    expect(users(accounts, args)).toEqual(['anna']);
  });

  test('a filter works on the result of the filters before it', () => {
    const items = [
      { kind: 'disk', size: '5' },
      { kind: 'note', size: 'big' },
    ];
    const kind = (key: string): string => `filter.${key}.field=kind filter.${key}.arg0=disk`;
    const size = (key: string): string =>
      `filter.${key}.field=size filter.${key}.type=gt filter.${key}.arg0=1`;
    expect(apply(items, `${kind('a')} ${size('b')}`).items).toEqual([{ kind: 'disk', size: '5' }]);
    expect(reasonOf(() => apply(items, `${size('a')} ${kind('b')}`))).toBe(
      'api.filter.a.field “size” holds “big”, which is not a number; ' +
        'filter it with api.filter.a.type contains, begins or eq.',
    );
  });

  test('a list or hash in a field matches no text, and is not a number', () => {
    const items = [{ acls: ['list'] }, { acls: { list: 1 } }, { acls: 'list' }];
    expect(apply(items, 'filter.a.field=acls filter.a.arg0=list').items).toEqual([{ acls: 'list' }]);
    expect(apply(items, 'filter.a.field=* filter.a.arg0=list').items).toEqual([{ acls: 'list' }]);
    expect(reasonOf(() => apply(items, 'filter.a.field=acls filter.a.type=lt filter.a.arg0=1'))).toBe(
      'api.filter.a.field “acls” holds (a list), which is not a number; ' +
        'filter it with api.filter.a.type contains, begins or eq.',
    );
  });

  test.each([
    ['ΟΔΟΣΗ', 'ΟΔΟΣ'],
    ['straße', 'STRASSE'],
    ['Größe', 'größE'],
  ])('“%s” begins with and contains “%s”, in upper and lower case', (text, arg0) => {
    for (const type of ['begins', 'contains']) {
      const args = `filter.a.field=t filter.a.type=${type} filter.a.arg0=${encodeURIComponent(arg0)}`;
      expect(apply([{ t: text }], args).items).toHaveLength(1);
    }
  });

  test('verbose returns the number of records before filtering', () => {
    expect(apply(accounts, 'filter.verbose=1 filter.a.field=user filter.a.arg0=o').metadata).toEqual({
      filter: { filtered: 5 },
    });
    expect(apply(accounts, 'filter.a.field=user filter.a.arg0=o').metadata).toEqual({});
  });
});

describe('sort', () => {
  test.each([
    ['sort.a.field=user', ['Bob', 'anna', 'carol', 'dave', 'eve']],
    ['sort.field=user', ['Bob', 'anna', 'carol', 'dave', 'eve']],
    ['sort.a.field=user sort.a.reverse=1', ['eve', 'dave', 'carol', 'anna', 'Bob']],
    ['sort.a.field=disk', ['dave', 'eve', 'carol', 'Bob', 'anna']],
    ['sort.a.field=disk sort.a.method=numeric', ['dave', 'eve', 'carol', 'Bob', 'anna']],
    ['sort.a.field=disk sort.a.method=numeric sort.a.reverse=1', ['anna', 'Bob', 'carol', 'dave', 'eve']],
    ['sort.a.field=limit', ['dave', 'anna', 'carol', 'eve', 'Bob']],
    ['sort.a.field=limit sort.a.method=numeric', ['dave', 'carol', 'anna', 'Bob', 'eve']],
    ['sort.a.field=limit sort.a.method=numeric sort.a.reverse=1', ['Bob', 'eve', 'anna', 'carol', 'dave']],
    ['sort.a.field=limit sort.a.method=numeric_zero_as_max', ['carol', 'anna', 'Bob', 'dave', 'eve']],
    ['sort.a.field=disk sort.a.method=numeric_zero_as_max', ['dave', 'eve', 'Bob', 'anna', 'carol']],
    ['sort.a.field=ip', ['dave', 'eve', 'anna', 'Bob', 'carol']],
    ['sort.a.field=ip sort.a.method=ipv4', ['dave', 'eve', 'carol', 'Bob', 'anna']],
    ['sort.a.field=ip sort.a.method=ipv4 sort.a.reverse=1', ['anna', 'Bob', 'carol', 'dave', 'eve']],
    ['sort.a.field=ip sort.a.method=numeric', ['dave', 'eve', 'carol', 'Bob', 'anna']],
    ['sort.a.field=owner sort.b.field=user', ['Bob', 'dave', 'anna', 'carol', 'eve']],
    ['sort.a.field=owner sort.b.field=user sort.b.reverse=1', ['dave', 'Bob', 'eve', 'carol', 'anna']],
    ['sort.b.field=user sort.field=owner', ['Bob', 'dave', 'anna', 'carol', 'eve']],
    ['sort.za.field=user sort.z.field=owner sort.z.reverse=1', ['anna', 'carol', 'eve', 'Bob', 'dave']],
  ])('%s gives %j', (args, order) => {
    expect(users(accounts, args)).toEqual(order);
  });

  test('numeric also sorts sizes with a unit, as listaccts has them', () => {
    const items = ['100M', '9M', '0M', 'unlimited', '2G', '1.5K'].map((size) => ({ size }));
    const sizes = (args: string) => apply(items, args).items.map((item) => (item as { size: string }).size);
    expect(sizes('sort.a.field=size sort.a.method=numeric')).toEqual([
      '0M',
      '1.5K',
      '9M',
      '100M',
      '2G',
      'unlimited',
    ]);
    const zeroAsMax = 'sort.a.field=size sort.a.method=numeric_zero_as_max';
    expect(sizes(zeroAsMax)).toEqual(['1.5K', '9M', '100M', '2G', '0M', 'unlimited']);
    expect(() => apply([{ size: '7 MB' }], 'sort.a.field=size sort.a.method=numeric')).toThrow(
      'not a number',
    );
  });

  test('equal records keep their order, also in reverse', () => {
    expect(users(accounts, 'sort.a.field=owner')).toEqual(['Bob', 'dave', 'anna', 'carol', 'eve']);
    expect(users(accounts, 'sort.a.field=owner sort.a.reverse=1')).toEqual([
      'anna',
      'carol',
      'eve',
      'Bob',
      'dave',
    ]);
  });

  test('does not change the original list', () => {
    const items = Object.freeze([{ n: 2 }, { n: 1 }]);
    expect(apply(items, 'sort.a.field=n').items).toEqual([{ n: 1 }, { n: 2 }]);
    expect(items).toEqual([{ n: 2 }, { n: 1 }]);
  });

  test.each([
    [
      'sort.a.field=disk sort.a.method=numeric',
      'api.sort.a.field “disk” holds “3 MB”, which is not a number; sort by it with api.sort.a.method=lexicographic.',
    ],
    [
      'sort.field=disk sort.method=numeric_zero_as_max',
      'api.sort.field “disk” holds “3 MB”, which is not a number; sort by it with api.sort.method=lexicographic.',
    ],
    [
      'sort.a.field=ip sort.a.method=ipv4',
      'api.sort.a.field “ip” holds “::1”, which is not an IPv4 address; ' +
        'sort by it with api.sort.a.method=lexicographic.',
    ],
    [
      'sort.a.field=disk sort.a.method=numeric sort.b.field=ips sort.b.method=ipv4',
      'api.sort.a.field “disk” holds “3 MB”, which is not a number; sort by it with api.sort.a.method=lexicographic. ' +
        'api.sort.b.field “ips” holds (a hash), which is not an IPv4 address; ' +
        'sort by it with api.sort.b.method=lexicographic.',
    ],
  ])('%s fails on a value that it cannot read', (args, reason) => {
    const items = [
      { disk: 5, ip: '1.2.3.4', ips: null },
      { disk: '3 MB', ip: '::1', ips: {} },
      { disk: '4 GB', ip: '', ips: [] },
    ];
    expect(reasonOf(() => apply(items, args))).toBe(reason);
  });

  test('lists and hashes are sorted as text, with missing values', () => {
    const items = [{ v: 'a' }, { v: [1] }, { v: '' }, { v: {} }, { v: null }];
    expect(apply(items, 'sort.a.field=v').items).toEqual([
      { v: [1] },
      { v: {} },
      { v: null },
      { v: '' },
      { v: 'a' },
    ]);
  });
});

describe('chunk', () => {
  const five = ['anna', 'Bob', 'carol', 'dave', 'eve'];
  test.each([
    ['chunk.size=2', ['anna', 'Bob'], { records: 5, size: 2, start: 1, current: 1, chunks: 3 }],
    [
      'chunk.size=2 chunk.start=3',
      ['carol', 'dave'],
      { records: 5, size: 2, start: 3, current: 2, chunks: 3 },
    ],
    ['chunk.size=2 chunk.start=5', ['eve'], { records: 5, size: 2, start: 5, current: 3, chunks: 3 }],
    [
      'chunk.size=2 chunk.start=2',
      ['Bob', 'carol'],
      { records: 5, size: 2, start: 2, current: 1, chunks: 3 },
    ],
    ['chunk.size=5', five, { records: 5, size: 5, start: 1, current: 1, chunks: 1 }],
    ['chunk.size=9', five, { records: 5, size: 9, start: 1, current: 1, chunks: 1 }],
    ['chunk.size=2 chunk.start=7', [], { records: 5, size: 2, start: 7, current: 4, chunks: 3 }],
    ['chunk.start=-1', five, { records: 5, size: 5, start: 1, current: 1, chunks: 1 }],
    ['chunk.start=-1 chunk.size=2', five, { records: 5, size: 5, start: 1, current: 1, chunks: 1 }],
  ])('%s gives %j', (args, page, chunk) => {
    expect(users(accounts, args)).toEqual(page);
    expect(apply(accounts, `${args} chunk.verbose=1`).metadata).toEqual({ chunk });
    expect(apply(accounts, args).metadata).toEqual({});
  });

  test.each([
    ['chunk.size=2', { records: 0, size: 2, start: 1, current: 1, chunks: 1 }],
    ['chunk.start=-1', { records: 0, size: 0, start: 1, current: 1, chunks: 1 }],
  ])('an empty list is one empty page: %s', (args, chunk) => {
    expect(apply([], `${args} chunk.verbose=1`)).toEqual({ items: [], metadata: { chunk } });
  });
});

describe('columns', () => {
  test('returns only these fields, each once, in the requested order', () => {
    const { items } = apply(accounts, 'columns.b=user columns.a=ip columns.c=user');
    expect(JSON.stringify(items)).toBe(
      '[{"ip":"10.0.0.10","user":"anna"},{"ip":"10.0.0.9","user":"Bob"},{"ip":"9.200.0.1","user":"carol"},' +
        '{"ip":null,"user":"dave"},{"user":"eve"}]',
    );
  });

  test('a filter can use other fields', () => {
    expect(apply(accounts, 'columns.a=user filter.a.field=owner filter.a.arg0=anna').items).toEqual([
      { user: 'Bob' },
      { user: 'dave' },
    ]);
  });
});

test('filters, then sorts, then pages, then selects columns', () => {
  const args =
    'filter.verbose=1 filter.a.field=owner filter.a.arg0=root sort.a.field=user sort.a.reverse=1 ' +
    'chunk.verbose=1 chunk.size=2 chunk.start=1 columns.a=user';
  expect(apply(accounts, args)).toEqual({
    items: [{ user: 'eve' }, { user: 'carol' }],
    metadata: { filter: { filtered: 5 }, chunk: { records: 3, size: 2, start: 1, current: 1, chunks: 2 } },
  });
});

describe('a list that was already filtered, sorted and paged', () => {
  const asked =
    'filter.verbose=1 filter.a.field=user filter.a.arg0=nobody sort.a.field=user chunk.verbose=1 chunk.size=2';
  const { meta } = readMetaArguments(
    `filter.enable=1 sort.enable=1 chunk.enable=1 columns.enable=1 columns.a=user ${asked}`
      .split(' ')
      .map((word): RawArgument => ({ name: `api.${word.split('=')[0]}`, value: word.split('=')[1] ?? '' })),
  );
  const page: readonly Value[] = [
    { user: 'b', ip: '10.0.0.1' },
    { user: 'a', ip: '10.0.0.2' },
  ];

  test('is not changed, except its columns', () => {
    expect(shape(page, 'acct', meta, undefined, { filtered: 100, records: 7 })).toEqual({
      items: [{ user: 'b' }, { user: 'a' }],
      metadata: {
        filter: { filtered: 100 },
        chunk: { records: 7, size: 2, start: 1, current: 1, chunks: 4 },
      },
    });
  });

  test('is counted if it was not counted before', () => {
    expect(shape(page, 'acct', meta, undefined, {}).metadata).toEqual({
      filter: { filtered: 2 },
      chunk: { records: 2, size: 2, start: 1, current: 1, chunks: 1 },
    });
  });

  test('has its fields checked', () => {
    expect(reasonOf(() => shape([], 'acct', meta, ['ip'], {}))).toBe(
      'api.filter.a.field “user” is not a field of this list; use ip. ' +
        'api.sort.a.field “user” is not a field of this list; use ip. ' +
        'api.columns.a “user” is not a field of this list; use ip.',
    );
  });
});

test('without arguments returns the whole list', () => {
  expect(apply(accounts, '')).toEqual({ items: accounts, metadata: {} });
});

describe('known fields', () => {
  const known = 'disk, domain, ip, limit, owner or user';
  test.each([
    [
      'filter.a.field=usr filter.a.arg0=x',
      `api.filter.a.field “usr” is not a field of this list; use ${known}. Did you mean “user”?`,
    ],
    [
      'sort.field=usr',
      `api.sort.field “usr” is not a field of this list; use ${known}. Did you mean “user”?`,
    ],
    ['columns.b=usr', `api.columns.b “usr” is not a field of this list; use ${known}. Did you mean “user”?`],
    [
      'columns.a=usr columns.b=user sort.a.field=user filter.a.field=dom filter.a.arg0=x',
      `api.filter.a.field “dom” is not a field of this list; use ${known}. ` +
        `api.columns.a “usr” is not a field of this list; use ${known}. Did you mean “user”?`,
    ],
  ])('%s fails', (args, reason) => {
    expect(reasonOf(() => apply(accounts, args))).toBe(reason);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is not a known one', (field) => {
    for (const args of [
      `filter.a.field=${field} filter.a.arg0=`,
      `sort.a.field=${field}`,
      `columns.a=${field}`,
    ]) {
      expect(reasonOf(() => apply([{ user: 'a' }], args))).toContain(
        `“${field}” is not a field of this list; use user.`,
      );
    }
    expect(apply([{ user: 'a' }], 'filter.a.field=* filter.a.arg0=function').items).toEqual([]);
  });

  test('a record can have its own fields with such names', () => {
    const items = JSON.parse(
      '[{"__proto__":"b","constructor":2},{"__proto__":"a","constructor":1}]',
    ) as Value[];
    expect(JSON.stringify(apply(items, 'sort.a.field=__proto__ columns.a=__proto__').items)).toBe(
      '[{"__proto__":"a"},{"__proto__":"b"}]',
    );
    expect(
      JSON.stringify(apply(items, 'filter.a.field=constructor filter.a.arg0=1 columns.a=constructor').items),
    ).toBe('[{"constructor":1}]');
  });

  test('a declared field is known even if no record has it', () => {
    expect(
      apply([{ user: 'a' }], 'sort.a.field=suspended filter.a.field=note filter.a.arg0=', [
        'user',
        'suspended',
        'note',
      ]).items,
    ).toEqual([]);
    expect(apply([{ user: 'a' }], 'columns.a=note', ['note']).items).toEqual([{}]);
  });

  test('a field of a record is known even if it is not declared', () => {
    expect(apply([{ user: 'a' }], 'sort.a.field=user', ['note']).items).toEqual([{ user: 'a' }]);
  });

  test('an empty list accepts any field, unless its fields are declared', () => {
    expect(apply([], 'sort.a.field=x filter.a.field=y filter.a.arg0=1 columns.a=x').items).toEqual([]);
    expect(reasonOf(() => apply([], 'sort.a.field=x', ['user', 'ip']))).toBe(
      'api.sort.a.field “x” is not a field of this list; use ip or user.',
    );
    expect(reasonOf(() => apply([{}], 'sort.a.field=x'))).toBe(
      'api.sort.a.field “x” is not a field of this list; it has none.',
    );
  });

  test('at most twelve are listed', () => {
    const item = Object.fromEntries([...'nmlkjihgfedcba'].map((letter) => [letter, 1]));
    expect(reasonOf(() => apply([item], 'sort.a.field=x'))).toBe(
      'api.sort.a.field “x” is not a field of this list; use a, b, c, d, e, f, g, h, i, j, k, l or 2 more.',
    );
  });

  test('a similar one is suggested, also if it is not among those that are listed', () => {
    const item = Object.fromEntries([...'nmlkjihgfedcba', 'user'].map((name) => [name, 1]));
    expect(reasonOf(() => apply([item], 'sort.a.field=Usre'))).toMatch(
      / l or 3 more\. Did you mean “user”\?$/,
    );
  });
});

describe('a list of plain values', () => {
  const apps = ['listaccts', 'Createacct', 'applist'];
  test.each([
    ['filter.a.field=app filter.a.arg0=ACCT', ['listaccts', 'Createacct']],
    ['filter.a.field=* filter.a.type=begins filter.a.arg0=app', ['applist']],
    ['sort.a.field=app', ['Createacct', 'applist', 'listaccts']],
    ['chunk.size=1 chunk.start=2', ['Createacct']],
  ])('%s gives %j', (args, items) => {
    expect(apply(apps, args, undefined, 'app').items).toEqual(items);
  });

  test('has one field, named like the list', () => {
    expect(reasonOf(() => apply(apps, 'sort.a.field=name', undefined, 'app'))).toBe(
      'api.sort.a.field “name” is not a field of this list; use app.',
    );
  });

  test('has no columns', () => {
    expect(reasonOf(() => apply(apps, 'columns.a=app', undefined, 'app'))).toBe(
      'api.columns.enable “1” cannot be applied: “app” is a list of plain values and has no columns; leave it out.',
    );
  });

  test('sorts numbers and absent values', () => {
    expect(apply([10, null, 9], 'sort.a.field=n sort.a.method=numeric', undefined, 'n').items).toEqual([
      null,
      9,
      10,
    ]);
    expect(apply([10, null, 9], 'sort.a.field=n', undefined, 'n').items).toEqual([null, 10, 9]);
  });
});

describe('comparison of values', () => {
  test.each([
    ['', 'a', -1],
    ['a', 'a', 0],
    ['B', 'a', -1],
    ['a', 'ab', -1],
    ['z', 'é', -1],
    ['10', '9', -1],
    ['\uffff', '😀', -1],
    ['\ue000', '😀', -1],
    ['\ud7ff', '\ue000', -1],
    ['😀', '😁', -1],
  ])('by code point: %j and %j', (a, b, sign) => {
    expect([Math.sign(compareText(a, b)), Math.sign(compareText(b, a))]).toEqual([sign, sign === 0 ? 0 : 1]);
  });

  test.each<[Value, number | undefined]>([
    ['0.0.0.0', 0],
    ['1.2.3.4', 16909060],
    ['255.255.255.255', 4294967295],
    ['256.0.0.1', undefined],
    ['01.2.3.4', undefined],
    ['1.2.3', undefined],
    ['1.2.3.4.5', undefined],
    ['1.2.3.4/24', undefined],
    [' 1.2.3.4', undefined],
    ['::1', undefined],
    ['', undefined],
    [1, undefined],
    [null, undefined],
  ])('IPv4 address %j is %p', (text, address) => {
    expect(ipv4Of(text)).toBe(address);
  });
});

describe('for any list', () => {
  const scalar = fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.integer(), fc.constant(null));
  const record = fc.record(
    { id: fc.nat(), group: fc.constantFrom('a', 'b', 'c'), value: scalar },
    { requiredKeys: ['id', 'group'] },
  );
  const list = fc.array(record, { maxLength: 40 }).map((items) => items.map((item, id) => ({ ...item, id })));

  test('a sort is a permutation, and stable', () => {
    fc.assert(
      fc.property(list, fc.boolean(), (items, reverse) => {
        const sorted = apply(items, `sort.a.field=group sort.a.reverse=${reverse ? 1 : 0}`)
          .items as typeof items;
        const groups = reverse ? ['c', 'b', 'a'] : ['a', 'b', 'c'];
        expect(sorted).toEqual(groups.flatMap((group) => items.filter((item) => item.group === group)));
      }),
    );
  });

  test('text sorts as its UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const bytes = texts.map((text) => Buffer.from(text)).sort((a, b) => Buffer.compare(a, b));
        expect(apply(texts, 'sort.a.field=t', ['t'], 't').items).toEqual(bytes.map(String));
      }),
    );
  });

  test('a numeric sort agrees with sorting the numbers, as numbers or as text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const args = 'sort.a.field=n sort.a.method=numeric';
        const sorted = [...numbers].sort((a, b) => a - b);
        expect(apply(numbers, args, ['n'], 'n').items).toEqual(sorted);
        expect(apply(numbers.map(String), args, ['n'], 'n').items).toEqual(sorted.map(String));
      }),
    );
  });

  test('an ipv4 sort agrees with sorting the octets', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))), (addresses) => {
        const sorted = addresses.map((octets) => Buffer.from(octets)).sort((a, b) => Buffer.compare(a, b));
        expect(
          apply(
            addresses.map((octets) => octets.join('.')),
            'sort.a.field=ip sort.a.method=ipv4',
            ['ip'],
            'ip',
          ).items,
        ).toEqual(sorted.map((octets) => octets.join('.')));
      }),
    );
  });

  test('a filter keeps the order, and keeps all matching records', () => {
    fc.assert(
      fc.property(list, fc.string({ unit: 'grapheme', maxLength: 2 }), (items, arg0) => {
        const args = `filter.a.field=value filter.a.arg0=${encodeURIComponent(arg0)}`;
        const holds = ({ value }: (typeof items)[number]): boolean =>
          value !== null && value !== undefined && String(value).toUpperCase().includes(arg0.toUpperCase());
        expect(apply(items, args, ['value']).items).toEqual(items.filter(holds));
      }),
    );
  });

  test('a text contains every part of itself, in upper and lower case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, part) => {
        expect(foldCase(before + part)).toBe(foldCase(before) + foldCase(part));
      }),
    );
  });

  test('all pages together are the list', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 50 }), (items, size) => {
        const first = apply(items, `chunk.verbose=1 chunk.size=${size}`);
        const pages = Array.from({ length: first.metadata.chunk?.chunks ?? 0 }, (_, page) => {
          const { items: shown, metadata } = apply(
            items,
            `chunk.verbose=1 chunk.size=${size} chunk.start=${page * size + 1}`,
          );
          expect(metadata.chunk).toMatchObject({ records: items.length, current: page + 1 });
          return shown;
        });
        expect(pages.flat()).toEqual(items);
      }),
    );
  });
});
