import type { RawArgument } from '../../src/core/context.ts';
import { ApiError } from '../../src/core/errors.ts';
import { readMetaArguments } from '../../src/core/meta-arguments.ts';
import { numberOf } from '../../src/core/meta-values.ts';
import type { Json } from '../../src/core/values.ts';

/** `'api.sort.enable=1 api.sort.a.field=user'`, as on a command line. */
function line(text: string): RawArgument[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ name: word.slice(0, word.indexOf('=')), value: word.slice(word.indexOf('=') + 1) }));
}

function read(text: string) {
  return readMetaArguments(line(text));
}

function reasonOf(args: readonly RawArgument[]): string {
  try {
    readMetaArguments(args);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'bad_meta') return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('filter', () => {
  test('reads field, type and arg0; the default type is contains', () => {
    expect(
      read(
        'api.filter.enable=1 api.filter.a.field=user api.filter.a.arg0=bob api.filter.b.field=* ' +
          'api.filter.b.arg0=5 api.filter.b.type=lt',
      ),
    ).toEqual({
      meta: {
        filter: {
          filters: [
            { argument: 'api.filter.a', field: 'user', type: 'contains', arg0: 'bob' },
            { argument: 'api.filter.b', field: '*', type: 'lt', arg0: 5 },
          ],
          verbose: false,
        },
      },
      warnings: [],
    });
  });

  test.each([
    ['contains', '5', '5'],
    ['begins', '5', '5'],
    ['eq', 'unlimited', 'unlimited'],
    ['==', '5', 5],
    ['lt', '-3', -3],
    ['lt_equal', '4.50', 4.5],
    ['lt_handle_unlimited', 'unlimited', Infinity],
    ['gt', '0', 0],
    ['gt_equal', 7, 7],
    ['gt_handle_unlimited', 'Unlimited', Infinity],
  ])('reads arg0 of type %s: %p', (type, given, arg0) => {
    const args = [
      ...line(`api.filter.enable=1 api.filter.a.field=disk api.filter.a.type=${type}`),
      { name: 'api.filter.a.arg0', value: given },
    ];
    expect(readMetaArguments(args).meta.filter?.filters).toEqual([
      { argument: 'api.filter.a', field: 'disk', type, arg0 },
    ]);
  });

  test('reads a number from JSON as text if the type compares text', () => {
    const args = [
      ...line('api.filter.enable=1 api.filter.a.field=uid'),
      { name: 'api.filter.a.arg0', value: 1000 },
    ];
    expect(readMetaArguments(args).meta.filter?.filters[0]?.arg0).toBe('1000');
  });

  test('accepts an empty arg0 if the type compares text', () => {
    const { meta } = read(
      'api.filter.enable=1 api.filter.a.field=note api.filter.a.arg0= api.filter.a.type=eq',
    );
    expect(meta.filter?.filters[0]?.arg0).toBe('');
  });

  test('orders filters by key: none, a, b, z, za, zz, zza', () => {
    const keys = ['.zza', '.za', '.b', '', '.zz', '.z', '.a'];
    const words = keys.map((key) => `api.filter${key}.field=f api.filter${key}.arg0=x`);
    expect(
      read(`api.filter.enable=1 ${words.join(' ')}`).meta.filter?.filters.map((each) => each.argument),
    ).toEqual([
      'api.filter',
      'api.filter.a',
      'api.filter.b',
      'api.filter.z',
      'api.filter.za',
      'api.filter.zz',
      'api.filter.zza',
    ]);
  });

  test('accepts verbose', () => {
    expect(read('api.filter.enable=1 api.filter.verbose=1').meta).toEqual({
      filter: { filters: [], verbose: true },
    });
  });
});

describe('sort', () => {
  test('reads field, method and reverse; the default is lexicographic, ascending', () => {
    expect(
      read(
        'api.sort.enable=1 api.sort.verbose=1 api.sort.a.field=disk api.sort.a.method=numeric ' +
          'api.sort.a.reverse=1 api.sort.b.field=user api.sort.b.reverse=0',
      ),
    ).toEqual({
      meta: {
        sort: [
          { argument: 'api.sort.a', field: 'disk', method: 'numeric', reverse: true },
          { argument: 'api.sort.b', field: 'user', method: 'lexicographic', reverse: false },
        ],
      },
      warnings: [],
    });
  });

  test.each(['lexicographic', 'numeric', 'numeric_zero_as_max', 'ipv4'])('reads the method %s', (method) => {
    const { meta } = read(`api.sort.enable=1 api.sort.a.field=f api.sort.a.method=${method}`);
    expect(meta.sort?.[0]?.method).toBe(method);
  });

  test('accepts the method ipv_4, as cPanel’s Node.js client sends it', () => {
    const { meta } = read('api.sort.enable=1 api.sort.a.field=f api.sort.a.method=ipv_4');
    expect(meta.sort?.[0]?.method).toBe('ipv4');
  });

  test('puts the form without a key before a', () => {
    const { meta } = read('api.sort.enable=1 api.sort.a.field=user api.sort.field=owner');
    expect(meta.sort?.map(({ argument, field }) => [argument, field])).toEqual([
      ['api.sort', 'owner'],
      ['api.sort.a', 'user'],
    ]);
  });
});

describe('chunk', () => {
  test.each([
    ['api.chunk.size=25 api.chunk.start=51 api.chunk.verbose=1', { start: 51, size: 25, verbose: true }],
    ['api.chunk.size=25', { start: 1, size: 25, verbose: false }],
    ['api.chunk.start=-1', { start: 1, size: null, verbose: false }],
    ['api.chunk.start=-1 api.chunk.size=5', { start: 1, size: null, verbose: false }],
  ])('reads %s', (text, chunk) => {
    expect(read(`api.chunk.enable=1 ${text}`)).toEqual({ meta: { chunk }, warnings: [] });
  });

  test('accepts numbers from JSON', () => {
    const args = [
      { name: 'api.chunk.enable', value: 1 },
      { name: 'api.chunk.size', value: 10 },
      { name: 'api.chunk.start', value: 11 },
    ];
    expect(readMetaArguments(args).meta).toEqual({ chunk: { start: 11, size: 10, verbose: false } });
  });
});

describe('columns', () => {
  test('reads them in key order', () => {
    const { meta } = read('api.columns.enable=1 api.columns.za=ip api.columns.b=domain api.columns.a=user');
    expect(meta.columns).toEqual([
      { argument: 'api.columns.a', field: 'user' },
      { argument: 'api.columns.b', field: 'domain' },
      { argument: 'api.columns.za', field: 'ip' },
    ]);
  });

  test('accepts a sort by a column that is shown', () => {
    expect(
      read('api.columns.enable=1 api.columns.a=user api.sort.enable=1 api.sort.a.field=user').warnings,
    ).toEqual([]);
  });
});

describe('warnings', () => {
  test.each([
    [
      'api.filter.a.field=user api.filter.a.arg0=b',
      'api.filter.a.arg0 and api.filter.a.field have no effect without api.filter.enable=1.',
    ],
    ['api.sort.enable=0 api.sort.field=user', 'api.sort.field has no effect without api.sort.enable=1.'],
    [
      'api.chunk.size=0 api.chunk.start=x api.chunk.verbose=yes',
      'api.chunk.size, api.chunk.start and api.chunk.verbose have no effect without api.chunk.enable=1.',
    ],
    ['api.columns.a=user', 'api.columns.a has no effect without api.columns.enable=1.'],
    [
      'api.filter.enable=1',
      'api.filter.enable=1 filters nothing without api.filter.a.field and api.filter.a.arg0.',
    ],
    ['api.sort.enable=1', 'api.sort.enable=1 sorts nothing without api.sort.a.field.'],
    [
      'api.columns.enable=1',
      'api.columns.enable=1 selects nothing without api.columns.a; every column is shown.',
    ],
    [
      'api.filtr.enable=1',
      '“api.filtr.enable” is unknown and has no effect; there are api.filter, api.sort, api.chunk and api.columns.',
    ],
    [
      'api.filter.a.feild=user api.filter.a.feild=user api.filter.ab.field=user',
      '“api.filter.a.feild” and “api.filter.ab.field” are unknown and have no effect; ' +
        'api.filter takes enable, verbose, a.field, a.arg0 and a.type.',
    ],
    [
      'api.sort.A.field=user',
      '“api.sort.A.field” is unknown and has no effect; ' +
        'api.sort takes enable, verbose, a.field, a.method and a.reverse.',
    ],
    [
      'api.chunk.page=2',
      '“api.chunk.page” is unknown and has no effect; api.chunk takes enable, verbose, size and start.',
    ],
    [
      'api.columns.1=user',
      '“api.columns.1” is unknown and has no effect; api.columns takes enable, a, b, c and so on.',
    ],
  ])('%s: %s', (text, warning) => {
    expect(read(text).warnings).toEqual([warning]);
  });

  test.each(['', 'api.filter.enable=0', 'api.sort.enable=0 api.chunk.enable=0 api.columns.enable=0'])(
    'none for “%s”',
    (text) => {
      expect(read(text)).toEqual({ meta: {}, warnings: [] });
    },
  );

  test.each([
    'api.__proto__.enable',
    'api.filter.__proto__.field',
    'api.constructor',
    'api.sort.a.constructor',
  ])('%s is handled like any other unknown name', (name) => {
    expect(readMetaArguments([{ name, value: '1' }])).toEqual({
      meta: {},
      warnings: [expect.stringContaining(`“${name}” is unknown`)],
    });
  });

  test('name at most twelve', () => {
    const names = Array.from({ length: 15 }, (_, index) => `api.x${index}`);
    const { warnings } = readMetaArguments(names.map((name) => ({ name, value: '1' })));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('“api.x11” and 3 more are unknown and have no effect;');
  });
});

describe('failures', () => {
  const filter = 'api.filter.enable=1 api.filter.a.field=disk';
  const sort = 'api.sort.enable=1 api.sort.a.field=disk';
  test.each([
    ['api.filter.enable=yes', 'api.filter.enable “yes” is not a flag; use 1 or 0.'],
    ['api.filter.enable=1 api.filter.verbose=true', 'api.filter.verbose “true” is not a flag; use 1 or 0.'],
    ['api.sort.enable=1 api.sort.verbose=2', 'api.sort.verbose “2” is not a flag; use 1 or 0.'],
    [
      'api.filter.enable=1 api.filter.a.arg0=x',
      'api.filter.a.field is missing; name the field to filter by, or * for any.',
    ],
    [
      'api.filter.enable=1 api.filter.a.field= api.filter.a.arg0=x',
      'api.filter.a.field is empty; name the field to filter by, or * for any.',
    ],
    [filter, 'api.filter.a.arg0 is missing; give the value to compare with.'],
    [
      `${filter} api.filter.a.arg0=5 api.filter.a.type=less`,
      'api.filter.a.type “less” is not a filter type; use contains, begins, eq, ==, lt, lt_equal, ' +
        'lt_handle_unlimited, gt, gt_equal or gt_handle_unlimited.',
    ],
    [
      `${filter} api.filter.a.arg0=3M api.filter.a.type=gt`,
      'api.filter.a.arg0 “3M” is not a number; gt compares numbers.',
    ],
    [
      `${filter} api.filter.a.arg0= api.filter.a.type===`,
      'api.filter.a.arg0 “” is not a number; == compares numbers.',
    ],
    [
      `${filter} api.filter.a.arg0=unlimited api.filter.a.type===`,
      'api.filter.a.arg0 “unlimited” is not a number for ==; use lt_handle_unlimited or gt_handle_unlimited, ' +
        'or eq to find the word itself.',
    ],
    ['api.sort.enable=1 api.sort.b.reverse=1', 'api.sort.b.field is missing; name the field to sort by.'],
    [
      'api.sort.enable=1 api.sort.a.field=*',
      'api.sort.a.field “*” is not one field; name the field to sort by.',
    ],
    [
      `${sort} api.sort.a.method=numerik`,
      'api.sort.a.method “numerik” is not a sort method; use lexicographic, numeric, numeric_zero_as_max or ipv4.',
    ],
    [
      `${sort} api.sort.a.method=constructor`,
      'api.sort.a.method “constructor” is not a sort method; ' +
        'use lexicographic, numeric, numeric_zero_as_max or ipv4.',
    ],
    [`${sort} api.sort.a.reverse=desc`, 'api.sort.a.reverse “desc” is not a flag; use 1 or 0.'],
    [`${sort} api.sort.a.field=user`, 'api.sort.a.field is given more than once. Use it only once.'],
    ['api.columns.enable=1 api.columns.a=', 'api.columns.a is empty; name the column to show.'],
    [
      'api.columns.enable=1 api.columns.a=user api.columns.b=ip api.sort.enable=1 api.sort.field=disk',
      'api.sort.field “disk” is not among the columns; sort by user or ip, ' +
        'or add an api.columns argument for it.',
    ],
    [
      'api.chunk.enable=1',
      'api.chunk.size is missing. Set the number of records per page, or use api.chunk.start=-1 to return everything on one page.',
    ],
    ...['0', '-5', '1.5', 'ten', 'unlimited', '99999999999999999999'].map((size) => [
      `api.chunk.enable=1 api.chunk.size=${size}`,
      `api.chunk.size “${size}” is not a page size; use 1 or more.`,
    ]),
    ...['0', '-2', '1.5', 'first', ''].map((start) => [
      `api.chunk.enable=1 api.chunk.size=5 api.chunk.start=${start}`,
      `api.chunk.start “${start}” is not a record number; use 1 or more, or -1 for everything on one page.`,
    ]),
  ])('%s: %s', (text, reason) => {
    expect(reasonOf(line(text))).toBe(reason);
  });

  test.each<[string, Json, string]>([
    ['api.chunk.enable', true, 'api.chunk.enable “true” is not a flag; use 1 or 0.'],
    ['api.chunk.enable', null, 'api.chunk.enable (null) is not a flag; use 1 or 0.'],
    ['api.sort.a.field', ['a'], 'api.sort.a.field (a list) is not text; use one text or number.'],
    ['api.filter.a.arg0', { a: 1 }, 'api.filter.a.arg0 (a hash) is not text; use one text or number.'],
    ['api.columns.a', null, 'api.columns.a (null) is not text; use one text or number.'],
  ])('%s = %j from JSON', (name, value, reason) => {
    const enable = line('api.sort.enable=1 api.filter.enable=1 api.filter.a.field=f api.columns.enable=1');
    expect(reasonOf([...enable, { name, value }])).toContain(reason);
  });

  test('reports every problem at once, and the unknown name that may be the cause', () => {
    expect(
      reasonOf(
        line(
          'api.chunk.enable=2 api.chunk.size=no api.sort.enable=1 api.sort.a.feild=user api.sort.a.reverse=x',
        ),
      ),
    ).toBe(
      'api.sort.a.field is missing; name the field to sort by. ' +
        'api.sort.a.reverse “x” is not a flag; use 1 or 0. ' +
        'api.chunk.enable “2” is not a flag; use 1 or 0. ' +
        'api.chunk.size “no” is not a page size; use 1 or more. ' +
        '“api.sort.a.feild” is unknown and has no effect; ' +
        'api.sort takes enable, verbose, a.field, a.method and a.reverse.',
    );
  });

  test('rejects a repeated argument even if its feature is not enabled', () => {
    expect(reasonOf(line('api.chunk.size=5 api.chunk.size=5 api.chunk.size=6'))).toBe(
      'api.chunk.size is given more than once. Use it only once.',
    );
  });
});

describe('numberOf', () => {
  test.each<[Json | undefined, number | undefined]>([
    [12, 12],
    [-0.5, -0.5],
    ['12', 12],
    ['-3', -3],
    ['4.50', 4.5],
    ['007', 7],
    ['unlimited', Infinity],
    ['UnLimited', Infinity],
    ['', undefined],
    [' 1', undefined],
    ['+1', undefined],
    ['.5', undefined],
    ['1.', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['3M', undefined],
    ['Infinity', undefined],
    ['9'.repeat(400), undefined],
    [NaN, undefined],
    [Infinity, undefined],
    [true, undefined],
    [null, undefined],
    [undefined, undefined],
    [['1'], undefined],
    [{}, undefined],
  ])('%p is %p', (value, number) => {
    expect(numberOf(value)).toBe(number);
  });
});
