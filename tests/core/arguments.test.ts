import fc from 'fast-check';
import { expectation, readArguments, unknownNames } from '../../src/core/arguments.ts';
import { defineFunction, type OneOf, type Param, type Rest } from '../../src/core/define.ts';
import { maskArguments } from '../../src/core/audit.ts';
import { paramOf } from '../../src/core/param-of.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/values.ts';

type Params = Readonly<Record<string, Omit<Param, 'doc'>>>;
type Given = readonly (readonly [name: string, value: Json])[];

function specOf(params: Params, rest?: Rest, oneOf?: OneOf) {
  return defineFunction({
    name: 'x',
    since: null,
    summary: 'Be read.',
    access: 'any',
    effect: 'none',
    params: Object.fromEntries(
      Object.entries(params).map(([name, param]): [string, Param] => [name, { doc: 'A.', ...param }]),
    ),
    ...(rest === undefined ? {} : { rest }),
    ...(oneOf === undefined ? {} : { oneOf }),
    returns: null,
    examples: [{ args: {}, doc: 'An example.' }],
    handler: () => undefined,
  });
}

function read(params: Params, given: Given, rest?: Rest) {
  const spec = specOf(params, rest);
  const raw = given.map(([name, value]) => ({ name, value }));
  return { args: readArguments(spec, raw), unknown: unknownNames(spec, raw) };
}

/** How one parameter, named `p`, is read. */
function valueOf(param: Omit<Param, 'doc'>, given: Given): unknown {
  return read({ p: param }, given).args.p;
}

function refusal(params: Params, given: Given, rest?: Rest): { code: string; reason: string } {
  try {
    read(params, given, rest);
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, reason: error.message };
    throw error;
  }
  throw new Error('It was accepted.');
}

const colour = { type: 'string', values: ['red', 'green', 'blue'] } as const;
const digits = { type: 'string', pattern: { matches: /^\d{3}$/, expects: 'three digits' } } as const;
const LINE = 'text on one line, without control characters, at most 4096 characters';

describe('a valid value', () => {
  test.each<[string, Omit<Param, 'doc'>, Json, unknown]>([
    ['text', { type: 'string' }, 'hello world', 'hello world'],
    ['text with quotes, percent and plus signs', { type: 'string' }, `"'%41+`, `"'%41+`],
    ['text past ASCII', { type: 'string' }, 'Größe 東京 😀', 'Größe 東京 😀'],
    ['empty text', { type: 'string' }, '', ''],
    ['text of the greatest length', { type: 'string' }, 'x'.repeat(4096), 'x'.repeat(4096)],
    ['text of a greatest length of its own', { type: 'string', maxLength: 3 }, 'abc', 'abc'],
    ['more text than usual', { type: 'string', maxLength: 5000 }, 'x'.repeat(5000), 'x'.repeat(5000)],
    ['a number from JSON as text', { type: 'string' }, 4.5, '4.5'],
    ['true from JSON as text', { type: 'string' }, true, '1'],
    ['false from JSON as text', { type: 'string' }, false, '0'],
    ['a line break in several lines', { type: 'string', multiline: true }, 'a\r\n\tb\n', 'a\r\n\tb\n'],
    ['one of some values', colour, 'green', 'green'],
    ['a number from JSON, of some values', { type: 'string', values: ['16', '32'] }, 32, '32'],
    ['what matches a pattern', digits, '007', '007'],
    ['a whole number', { type: 'integer' }, '42', 42],
    ['zero', { type: 'integer' }, '0', 0],
    ['a negative number', { type: 'integer' }, '-3', -3],
    ['leading zeros', { type: 'integer' }, '007', 7],
    ['fifteen digits', { type: 'integer' }, '999999999999999', 999_999_999_999_999],
    ['a number from JSON', { type: 'integer' }, 42, 42],
    ['true from JSON as a number', { type: 'integer' }, true, 1],
    ['the least', { type: 'integer', min: 1, max: 10 }, '1', 1],
    ['the most', { type: 'integer', min: 1, max: 10 }, '10', 10],
    ['1', { type: 'flag' }, '1', true],
    ['0', { type: 'flag' }, '0', false],
    ['the number 1', { type: 'flag' }, 1, true],
    ['the number 0', { type: 'flag' }, 0, false],
    ['true', { type: 'flag' }, true, true],
    ['True, as Python prints it', { type: 'flag' }, 'True', true],
    ['False', { type: 'flag' }, 'False', false],
    ['on, as a form sends it', { type: 'flag' }, 'on', true],
    ['OFF', { type: 'flag' }, 'OFF', false],
    ['false', { type: 'flag' }, false, false],
    ['JSON as text', { type: 'json' }, '{"a":[1,null]}', { a: [1, null] }],
    ['JSON from JSON', { type: 'json' }, { a: [1, null] }, { a: [1, null] }],
    ['a JSON list, as one value', { type: 'json' }, [1, 2], [1, 2]],
    ['a JSON string', { type: 'json' }, '"a"', 'a'],
    ['a JSON number', { type: 'json' }, 5, 5],
    ['a list with one value, if one is expected', { type: 'string' }, ['a'], 'a'],
  ])('%s', (_name, param, sent, value) => {
    expect(valueOf(param, [['p', sent]])).toEqual(value);
  });

  test('null in JSON text, if JSON is required', () => {
    expect(valueOf({ type: 'json', required: true }, [['p', 'null']])).toBeNull();
  });
});

describe('without a value', () => {
  test.each<[string, Omit<Param, 'doc'>, unknown]>([
    ['text is undefined', { type: 'string' }, undefined],
    ['text takes its default', { type: 'string', default: 'red' }, 'red'],
    ['a number takes its default', { type: 'integer', default: 7 }, 7],
    ['a flag is undefined', { type: 'flag' }, undefined],
    ['a flag whose default is 1 is true', { type: 'flag', default: 1 }, true],
    ['a flag whose default is 0 is false', { type: 'flag', default: 0 }, false],
    ['JSON is undefined', { type: 'json' }, undefined],
    ['a list is empty', { type: 'string', list: true }, []],
  ])('%s', (_name, param, value) => {
    expect(valueOf(param, [])).toEqual(value);
    // null in JSON means the same as an omitted parameter.
    expect(valueOf(param, [['p', null]])).toEqual(value);
  });

  test('an empty JSON list has no values', () => {
    expect(valueOf({ type: 'string', default: 'red' }, [['p', []]])).toBe('red');
  });

  test('every parameter is in the result', () => {
    expect(read({ a: { type: 'string' }, b: { type: 'flag', list: true } }, [])).toEqual({
      args: { rest: {}, a: undefined, b: [] },
      unknown: [],
    });
  });
});

describe('a list', () => {
  test.each<[string, Given, unknown]>([
    ['given once', [['p', 'a']], ['a']],
    [
      'repeated, in its order',
      [
        ['p', 'b'],
        ['p', 'a'],
        ['p', 'b'],
      ],
      ['b', 'a', 'b'],
    ],
    [
      'numbered from 0',
      [
        ['p-0', 'a'],
        ['p-1', 'b'],
      ],
      ['a', 'b'],
    ],
    [
      'numbered out of order, with gaps and leading zeros',
      [
        ['p-10', 'c'],
        ['p-002', 'b'],
        ['p-1', 'a'],
      ],
      ['a', 'b', 'c'],
    ],
    [
      'two of one number, in their order',
      [
        ['p-1', 'b'],
        ['p-1', 'a'],
        ['p-0', 'c'],
      ],
      ['c', 'b', 'a'],
    ],
    [
      'repeated and numbered: the repeated come first',
      [
        ['p-1', 'c'],
        ['p', 'a'],
        ['p-0', 'b'],
        ['p', 'd'],
      ],
      ['a', 'd', 'b', 'c'],
    ],
    ['a JSON list', [['p', ['b', 'a']]], ['b', 'a']],
    [
      'JSON lists and single values',
      [
        ['p-2', ['c', 'd']],
        ['p', ['a', null]],
        ['p', 'b'],
      ],
      ['a', 'b', 'c', 'd'],
    ],
    ['numbers from JSON', [['p', [1, 2.5]]], ['1', '2.5']],
  ])('%s', (_name, given, value) => {
    expect(valueOf({ type: 'string', list: true }, given)).toEqual(value);
  });

  test('of numbers and of flags', () => {
    expect(valueOf({ type: 'integer', list: true }, [['p', ['1', 2]]])).toEqual([1, 2]);
    expect(valueOf({ type: 'flag', list: true }, [['p', ['1', 0]]])).toEqual([true, false]);
  });

  test('of JSON accepts a JSON list as one value', () => {
    expect(
      valueOf({ type: 'json', list: true }, [
        ['p', [1, 2]],
        ['p', '{}'],
      ]),
    ).toEqual([[1, 2], {}]);
  });

  test('accepts more items than a call has room for arguments', () => {
    const items = Array<string>(200_000).fill('a');
    expect(valueOf({ type: 'string', list: true }, [['p', items]])).toHaveLength(200_000);
  });

  test('is numbered only by digits, at most six, and only if it is a list', () => {
    const params: Params = { p: { type: 'string', list: true }, q: { type: 'string' } };
    const names = ['p-', 'p-x', 'p--1', 'p-1234567', 'p-1-1', 'p1', 'P', 'q-1', '-1'];
    expect(
      read(
        params,
        names.map((name) => [name, 'a']),
      ),
    ).toEqual({ args: { rest: {}, p: [], q: undefined }, unknown: names });
  });

  test('a parameter with that exact name takes precedence over a numbered one', () => {
    const params: Params = { ip: { type: 'string', list: true }, 'ip-1': { type: 'string' } };
    expect(read(params, [['ip-1', 'a']]).args).toEqual({ rest: {}, ip: [], 'ip-1': 'a' });
    expect(paramOf(specOf(params), 'ip-2')).toMatchObject({ base: 'ip', number: 2 });
  });
});

describe('an invalid value', () => {
  test.each<[Omit<Param, 'doc'>, Json, string]>([
    [{ type: 'string' }, 'a\nb', `should be ${LINE}, not “a\\x0ab”.`],
    [{ type: 'string' }, 'a\tb', `should be ${LINE}, not “a\\x09b”.`],
    [{ type: 'string' }, '\u001b[2J', `should be ${LINE}, not “\\x1b[2J”.`],
    [{ type: 'string' }, '\u007f', `should be ${LINE}, not “\\x7f”.`],
    [{ type: 'string' }, '\u009b2J', `should be ${LINE}, not “\\x9b2J”.`],
    [{ type: 'string' }, 'a\u2028b', `should be ${LINE}, not “a\\u2028b”.`],
    [{ type: 'string' }, 'x'.repeat(4097), `should be ${LINE}, not “${'x'.repeat(79)}…”.`],
    [{ type: 'string' }, {}, `should be ${LINE}, not a JSON structure.`],
    [{ type: 'string' }, [['a']], `should be ${LINE}, not a JSON structure.`],
    [
      { type: 'string', maxLength: 3 },
      'abcd',
      'should be text on one line, without control characters, at most 3 characters, not “abcd”.',
    ],
    [
      { type: 'string', multiline: true, maxLength: 10 },
      'a\n\u0000',
      'should be text, at most 10 characters, not “a\\x0a\\x00”.',
    ],
    [colour, 'Red', 'should be “red”, “green” or “blue”, not “Red”.'],
    [colour, '', 'should be “red”, “green” or “blue”, not “”.'],
    [{ type: 'string', values: ['16', '32'] }, 16.5, 'should be “16” or “32”, not “16.5”.'],
    [digits, '12', 'should be three digits, not “12”.'],
    [digits, '123\n', 'should be three digits, not “123\\x0a”.'],
    [{ type: 'integer' }, 'x', 'should be a whole number, not “x”.'],
    [{ type: 'integer' }, '', 'should be a whole number, not “”.'],
    [{ type: 'integer' }, '1.5', 'should be a whole number, not “1.5”.'],
    [{ type: 'integer' }, 1.5, 'should be a whole number, not “1.5”.'],
    [{ type: 'integer' }, '1e3', 'should be a whole number, not “1e3”.'],
    [{ type: 'integer' }, 1e21, 'should be a whole number, not “1e+21”.'],
    [{ type: 'integer' }, '+1', 'should be a whole number, not “+1”.'],
    [{ type: 'integer' }, ' 1', 'should be a whole number, not “ 1”.'],
    [{ type: 'integer' }, '0x10', 'should be a whole number, not “0x10”.'],
    [{ type: 'integer' }, '٣', 'should be a whole number, not “٣”.'],
    [{ type: 'integer' }, '1234567890123456', 'should be a whole number, not “1234567890123456”.'],
    [{ type: 'integer', min: 1 }, '0', 'should be a whole number, 1 or more, not “0”.'],
    [{ type: 'integer', min: 1, max: 10 }, '11', 'should be a whole number from 1 to 10, not “11”.'],
    [{ type: 'integer', max: 10 }, '11', 'should be a whole number, 10 or less, not “11”.'],
    [{ type: 'flag' }, 'truth', 'should be 1 or 0, not “truth”.'],
    [{ type: 'flag' }, '', 'should be 1 or 0, not “”.'],
    [{ type: 'flag' }, '01', 'should be 1 or 0, not “01”.'],
    [{ type: 'flag' }, 2, 'should be 1 or 0, not “2”.'],
    [{ type: 'flag' }, { a: 1 }, 'should be 1 or 0, not a JSON structure.'],
    [{ type: 'json' }, '{"a":', 'should be JSON.'],
    [{ type: 'json' }, '', 'should be JSON.'],
    [{ type: 'string', list: true }, ['a', {}], `should be ${LINE}, not a JSON structure.`],
    [{ type: 'string' }, ['a', 'b'], 'is given 2 times. Use it only once.'],
  ])('%j rejects %j', (param, sent, sentence) => {
    expect(refusal({ p: param }, [['p', sent]])).toEqual({
      code: 'bad_param',
      reason: `The parameter “p” ${sentence}`,
    });
  });

  test('is rejected if it is repeated, even with the same value', () => {
    const given: Given = [
      ['p', 'a'],
      ['p', 'a'],
      ['p', 'a'],
    ];
    expect(refusal({ p: { type: 'string' } }, given)).toEqual({
      code: 'bad_param',
      reason: 'The parameter “p” is given 3 times. Use it only once.',
    });
  });

  test.each<[Omit<Param, 'doc'>, Json, string]>([
    [{ ...digits, sensitive: true }, 's3cret', 'should be three digits.'],
    [{ type: 'string', sensitive: true }, 's3cret\n', `should be ${LINE}.`],
    [{ type: 'string', sensitive: true }, { s3cret: 's3cret' }, `should be ${LINE}, not a JSON structure.`],
    [{ type: 'json', sensitive: true }, 's3cret', 'should be JSON.'],
    [{ type: 'string', sensitive: true }, ['s3cret', 's3cret'], 'is given 2 times. Use it only once.'],
  ])('%j does not quote %j', (param, sent, sentence) => {
    expect(refusal({ p: param }, [['p', sent]]).reason).toBe(`The parameter “p” ${sentence}`);
  });

  test('ten thousand of them do not produce an endless reason', () => {
    const items = Array.from({ length: 10_000 }, (_, at) => `item ${at}`);
    const { code, reason } = refusal({ p: { ...digits, list: true } }, [['p', items]]);
    expect(code).toBe('bad_param');
    expect(reason).toMatch(/^The parameter “p” should be three digits, not “item 0”\. /);
    expect(reason.length).toBeLessThan(2000);
  });
});

describe('a family of parameters', () => {
  const family = {
    'copy-*': { type: 'string', maxLength: 3 },
    list: { type: 'string', list: true },
  } as const;

  it('has an argument for each name', () => {
    const given = [
      ['copy-a', 'x'],
      ['list-1', 'y'],
      ['copy-b-2', 'z'],
      ['copy-*', 'w'],
      ['copy-', 'v'],
      ['copy', 'u'],
    ] as const;
    const { args, unknown } = read(family, given);
    expect(args['copy-*']).toEqual([
      { name: 'a', value: 'x' },
      { name: 'b-2', value: 'z' },
      { name: '*', value: 'w' },
    ]);
    expect(args.list).toEqual(['y']);
    expect(unknown).toEqual(['copy-', 'copy']);
    expect(read(family, []).args['copy-*']).toEqual([]);
  });

  it('is checked as other parameters are', () => {
    const given = [
      ['copy-a', 'long'],
      ['copy-b', 'x'],
      ['copy-b', 'x'],
    ] as const;
    expect(() => read(family, given)).toThrow(
      'The parameter “copy-b” is given several times. Use it only once. The parameter “copy-a” should be text on one ' +
        'line, without control characters, at most 3 characters, not “long”.',
    );
  });
});

describe('a required parameter', () => {
  test.each<[string, Omit<Param, 'doc'>, Given, string]>([
    ['absent', { type: 'string' }, [], `it should be ${LINE}.`],
    ['empty', { type: 'string' }, [['p', '']], `it should be ${LINE}.`],
    ['null', { type: 'string' }, [['p', null]], `it should be ${LINE}.`],
    ['an absent number', { type: 'integer', min: 0 }, [], 'it should be a whole number, 0 or more.'],
    ['an absent flag', { type: 'flag' }, [], 'it should be 1 or 0.'],
    ['absent JSON', { type: 'json' }, [], 'it should be JSON.'],
    ['an absent one of some values', colour, [], 'it should be “red”, “green” or “blue”.'],
    ['an absent one of a pattern', digits, [], 'it should be three digits.'],
    ['an empty list', { ...digits, list: true }, [['p', []]], 'it should be three digits.'],
    ['a list of nothing', { ...digits, list: true }, [['p', ['', null]]], 'it should be three digits.'],
  ])('%s', (_name, param, given, sentence) => {
    expect(refusal({ p: { ...param, required: true } }, given)).toEqual({
      code: 'missing_param',
      reason: `The parameter “p” is required: ${sentence}`,
    });
  });

  test.each<[string, Omit<Param, 'doc'>, Json, unknown]>([
    ['0', { type: 'integer' }, '0', 0],
    ['false', { type: 'flag' }, false, false],
    ['a blank', { type: 'string' }, ' ', ' '],
  ])('is present if it is %s', (_name, param, sent, value) => {
    expect(valueOf({ ...param, required: true }, [['p', sent]])).toBe(value);
  });
});

test('all problems are reported at once, missing parameters first', () => {
  const params: Params = {
    user: { ...digits, list: true },
    secret: { type: 'string', required: true, sensitive: true, maxLength: 256 },
    size: { type: 'integer', min: 1 },
    force: { type: 'flag' },
    domain: { type: 'string', required: true },
    note: { type: 'string' },
  };
  const given: Given = [
    ['user', '1'],
    ['user', '222'],
    ['user', '3\u0007'],
    ['size', '0'],
    ['force', 'maybe'],
    ['note', 'a'],
    ['note', 'b'],
  ];
  expect(refusal(params, given)).toEqual({
    code: 'bad_param',
    reason:
      'The parameter “secret” is required: it should be text on one line, without control characters, ' +
      'at most 256 characters. ' +
      'The parameter “domain” is required: it should be text on one line, without control characters, ' +
      'at most 4096 characters. ' +
      'The parameter “user” should be three digits, not “1”. ' +
      'The parameter “user” should be three digits, not “3\\x07”. ' +
      'The parameter “size” should be a whole number, 1 or more, not “0”. ' +
      'The parameter “force” should be 1 or 0, not “maybe”. ' +
      'The parameter “note” is given 2 times. Use it only once.',
  });
});

test('if values are only missing, the error code says so', () => {
  const params: Params = { a: { type: 'flag', required: true }, b: { type: 'flag', required: true } };
  expect(refusal(params, [['c', '1']])).toEqual({
    code: 'missing_param',
    reason:
      'The parameter “a” is required: it should be 1 or 0. The parameter “b” is required: it should be 1 or 0.',
  });
});

describe('unknown parameter names', () => {
  const odd = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__-1',
    'constructor-0',
    '',
    ' ',
  ];

  test('are returned as they were sent', () => {
    const { args, unknown } = read(
      { p: { type: 'string' } },
      odd.map((name) => [name, 'a']),
    );
    expect(unknown).toEqual(odd);
    expect(args).toEqual({ rest: {}, p: undefined });
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype);
  });

  test('are in the rest, if a function accepts any name', () => {
    const rest: Rest = { type: 'json', key: 'USER', doc: 'for each user, a secret.' };
    const given: Given = [
      ...odd.map((name): [string, Json] => [name, { secret: 'a' }]),
      ['text', 'plain'],
      ['json', '{"a":1}'],
      ['p', 'named'],
      ['number', 5],
    ];
    const { args, unknown } = read({ p: { type: 'string' } }, given, rest);
    expect(unknown).toEqual([]);
    expect(args.p).toBe('named');
    expect(Object.entries(args.rest as object)).toEqual([
      ...odd.map((name) => [name, { secret: 'a' }]),
      ['text', 'plain'],
      ['json', { a: 1 }],
      ['number', 5],
    ]);
  });

  test('are required if a function accepts any name', () => {
    const rest: Rest = { type: 'json', key: 'USER', doc: 'for each user, a secret.' };
    expect(refusal({}, [], rest)).toEqual({
      code: 'missing_param',
      reason: 'An argument “USER” is required: for each user, a secret.',
    });
  });
});

test.each<[Omit<Param, 'doc'>, string]>([
  [{ type: 'string' }, LINE],
  [{ type: 'string', maxLength: 64 }, 'text on one line, without control characters, at most 64 characters'],
  [{ type: 'string', multiline: true }, 'text, at most 4096 characters'],
  [{ type: 'string', values: ['a'] }, '“a”'],
  [colour, '“red”, “green” or “blue”'],
  [digits, 'three digits'],
  [{ type: 'integer' }, 'a whole number'],
  [{ type: 'integer', min: -5 }, 'a whole number, -5 or more'],
  [{ type: 'integer', max: 9 }, 'a whole number, 9 or less'],
  [{ type: 'integer', min: 0, max: 9 }, 'a whole number from 0 to 9'],
  [{ type: 'flag' }, '1 or 0'],
  [{ type: 'json' }, 'JSON'],
])('%j in words: %s', (param, words) => {
  expect(expectation({ doc: 'A.', ...param })).toBe(words);
});

describe('for any input', () => {
  const params: Params = {
    text: { type: 'string' },
    lines: { type: 'string', multiline: true, maxLength: 20, list: true },
    colour: { ...colour, default: 'red' },
    digits: { ...digits, required: true },
    size: { type: 'integer', min: -5, max: 500, default: 1 },
    sizes: { type: 'integer', list: true },
    force: { type: 'flag', default: 0 },
    flags: { type: 'flag', list: true },
    any: { type: 'json' },
    anys: { type: 'json', list: true, required: true },
  };
  const isTyped: Record<string, (value: unknown) => boolean> = {
    text: (value) => value === undefined || isLine(value, 4096),
    lines: (value) => isListOf(value, (item) => typeof item === 'string' && item.length <= 20),
    colour: (value) => value === 'red' || value === 'green' || value === 'blue',
    digits: (value) => typeof value === 'string' && /^[0-9][0-9][0-9]$/.test(value),
    size: (value) => Number.isInteger(value) && Number(value) >= -5 && Number(value) <= 500,
    sizes: (value) => isListOf(value, Number.isSafeInteger),
    force: (value) => typeof value === 'boolean',
    flags: (value) => isListOf(value, (item) => typeof item === 'boolean'),
    any: () => true,
    anys: (value) => isListOf(value, (item) => item !== undefined) && (value as unknown[]).length > 0,
    rest: (value) => Object.keys(value as object).length === 0,
  };

  function isLine(value: unknown, most: number): boolean {
    return typeof value === 'string' && value.length <= most && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value);
  }

  function isListOf(value: unknown, test: (item: unknown) => boolean): boolean {
    return Array.isArray(value) && value.every(test);
  }

  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...Object.keys(params)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('sizes-1', 'flags-0', 'anys-12', 'text-1', '__proto__', 'toString-1'),
    },
    fc.string(),
  );
  const fitting = fc.constantFrom<Json>(
    '1',
    '0',
    1,
    0,
    true,
    '123',
    'green',
    '{"a":1}',
    'a\nb',
    '-5',
    null,
    '',
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: fitting },
    fc.array(fitting, { maxLength: 3 }),
    fc.string({ unit: 'binary' }),
    fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  );
  const argument = fc.record({ name, value });
  const needed = [
    { name: 'digits', value: '123' },
    { name: 'anys', value: '[]' },
  ];

  test('valid typed values are returned, or an ApiError is thrown', () => {
    const spec = specOf(params);
    let read = 0;
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), fc.boolean(), (given, complete) => {
        let args: Readonly<Record<string, unknown>>;
        try {
          args = readArguments(spec, complete ? [...needed, ...given] : given);
        } catch (error) {
          return error instanceof ApiError && ['missing_param', 'bad_param'].includes(error.code);
        }
        read += 1;
        expect(Object.keys(args).sort()).toEqual(Object.keys(isTyped).sort());
        return Object.entries(args).every(([key, one]) => isTyped[key]?.(one) === true);
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

test('an error has a separate sentence for each wrong parameter', () => {
  const given = [
    { name: 'colour', value: 'pink' },
    { name: 'digits', value: 'x' },
  ];
  const failed = () =>
    readArguments(specOf({ colour, digits, name: { type: 'string', required: true } }), given);
  expect(failed).toThrow(
    expect.objectContaining({
      code: 'bad_param',
      faults: [
        { param: 'name', problem: `The parameter “name” is required: it should be ${LINE}.` },
        {
          param: 'colour',
          problem: 'The parameter “colour” should be “red”, “green” or “blue”, not “pink”.',
        },
        { param: 'digits', problem: 'The parameter “digits” should be three digits, not “x”.' },
      ],
    }) as Error,
  );
});

describe('a parameter with a second name', () => {
  const params = { password: { type: 'string', required: true, alias: ['pass'] } } as const;
  const list = { user: { type: 'string', list: true, alias: ['name'] } } as const;
  const needed = { type: 'string', required: true } as const;

  test.each<[string, Params, Given, unknown]>([
    ['is read under it', params, [['pass', 'a']], { password: 'a' }],
    ['“user” is “username”', { username: needed }, [['user', 'bob']], { username: 'bob' }],
    ['“username” is “user”', { user: needed }, [['username', 'bob']], { user: 'bob' }],
    [
      'except if the function has both',
      { user: needed, username: needed },
      [
        ['user', 'a'],
        ['username', 'b'],
      ],
      { user: 'a', username: 'b' },
    ],
    [
      'is one value if both names have it',
      params,
      [
        ['pass', 'a'],
        ['password', 'a'],
      ],
      { password: 'a' },
    ],
    [
      'is not emptied by the other name',
      params,
      [
        ['password', ''],
        ['pass', 'a'],
      ],
      { password: 'a' },
    ],
    [
      'is a list under both',
      list,
      [
        ['user', 'a'],
        ['name-2', 'b'],
      ],
      { user: ['a', 'b'] },
    ],
  ])('%s', (_case, spec, given, expected) => {
    const { args, unknown } = read(spec, given);
    expect(args).toMatchObject(expected as object);
    expect(unknown).toEqual([]);
  });

  test('is rejected if the two values differ', () => {
    expect(
      refusal(params, [
        ['pass', 'a'],
        ['password', 'b'],
      ]),
    ).toEqual({
      code: 'bad_param',
      reason:
        '“pass” and “password” are names of the same parameter but have different values. Use one of them.',
    });
  });

  test('is masked in the audit log under each name', () => {
    const spec = specOf({ password: { type: 'string', sensitive: true, alias: ['pass'] } });
    expect(maskArguments(spec, [{ name: 'pass', value: 'secret' }])).toEqual([['pass', '***']]);
  });
});

describe('alternative parameters', () => {
  const params = { user: { type: 'string' }, domain: { type: 'string' } } as const;
  const faultOf = (count: OneOf['count'], ...names: string[]) => {
    const spec = specOf(params, undefined, { count, of: ['user', 'domain'] });
    try {
      return readArguments(
        spec,
        names.map((name) => ({ name, value: 'a' })),
      );
    } catch (error) {
      const { code, message, faults } = error as ApiError;
      return { code, message, params: faults.map(({ param }) => param) };
    }
  };

  test('require only one', () => {
    expect(faultOf('exactly', 'user')).toMatchObject({ user: 'a' });
    expect(faultOf('at least', 'user', 'domain')).toMatchObject({ user: 'a', domain: 'a' });
  });

  test('are missing if none is given', () => {
    expect(faultOf('at least')).toEqual({
      code: 'missing_param',
      message: 'Use at least one of “user” or “domain”.',
      params: ['user'],
    });
  });

  test('are rejected if exactly one is required and two are given', () => {
    expect(faultOf('exactly', 'user', 'domain')).toMatchObject({
      code: 'bad_param',
      message: 'Use exactly one of “user” or “domain”.',
    });
  });
});
