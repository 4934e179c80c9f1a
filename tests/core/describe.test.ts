import {
  type AnyFunction,
  defineFunction,
  type Example,
  type Field,
  type Param,
} from '../../src/core/define.ts';
import {
  accessInWords,
  exampleCommand,
  paramSynopsis,
  paramTraits,
  returnedFields,
  sinceInWords,
} from '../../src/core/describe.ts';
import { shellWords } from '../support/terminal.ts';

const example: AnyFunction = defineFunction({
  name: 'x',
  since: 54,
  summary: 'Be described.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'An example.' }],
  handler: () => undefined,
});

test.each<[Omit<Param, 'doc'>, string, string]>([
  [{ type: 'string' }, '[p=VALUE]', 'optional; text, at most 4096 characters'],
  [{ type: 'flag', required: true }, 'p=1|0', 'required; 1 or 0'],
  [{ type: 'flag', default: 0 }, '[p=1|0]', 'optional; 1 or 0; default 0'],
  [
    { type: 'integer', min: 1, list: true },
    '[p=VALUE ...]',
    'optional; a whole number, 1 or more; repeatable',
  ],
  [{ type: 'json', required: true, list: true }, 'p=VALUE ...', 'required; JSON; repeatable'],
  [
    { type: 'string', values: ['16', '32'], default: '16', extension: true },
    '[p=VALUE]',
    'optional; “16” or “32”; default 16; not part of WHM',
  ],
  [
    { type: 'string', default: '', multiline: true },
    '[p=VALUE]',
    'optional; text, at most 4096 characters; default: empty',
  ],
])('the parameter %j is written %s and described as: %s', (param, synopsis, traits) => {
  expect(paramSynopsis('p', { doc: 'A.', ...param })).toBe(synopsis);
  expect(paramTraits({ doc: 'A.', ...param })).toBe(traits);
});

describe('the fields of a response', () => {
  const text: Field = { type: 'string', doc: 'A text.' };

  test.each<[string, AnyFunction['returns'], string[]]>([
    ['none', null, []],
    [
      'values of every kind',
      {
        s: text,
        n: { type: 'string|null', doc: 'N.' },
        i: { type: 'integer', doc: 'I.' },
        d: { type: 'number', doc: 'D.' },
        f: { type: 'flag', doc: 'F.' },
        a: { type: 'any', doc: 'A.' },
        o: { type: 'otpauth', doc: 'O.', optional: true },
      },
      [
        's (string): A text.',
        'n (string or null): N.',
        'i (integer): I.',
        'd (number): D.',
        'f (1 or 0): F.',
        'a (any): A.',
        'o (string, optional): O.',
      ],
    ],
    [
      'a list of values, described only by the list',
      { app: { list: { type: 'string' }, doc: 'The functions.' } },
      ['app (list): The functions.'],
    ],
    [
      'a list of records',
      { acct: { list: { fields: { user: text, plan: { list: text } } }, doc: 'The accounts.' } },
      ['acct (list): The accounts.', 'acct[].user (string): A text.', 'acct[].plan[] (string): A text.'],
    ],
    ['a list within a list', { rows: { list: { list: text } } }, ['rows[][] (string): A text.']],
    [
      'hashes within hashes',
      { a: { fields: { b: { fields: { c: text }, doc: 'B.', optional: true } } } },
      ['a.b (hash, optional): B.', 'a.b.c (string): A text.'],
    ],
    [
      'a hash keyed by users',
      { failed: { map: { type: 'string' }, keys: 'USER', doc: 'Why not.' } },
      ['failed (hash): Why not.'],
    ],
    [
      'an answer that is itself keyed by users',
      { keys: 'USER', map: { fields: { team: { keys: 'NAME', map: { fields: { secret: text } } } } } },
      ['USER.team.NAME.secret (string): A text.'],
    ],
    [
      'fields that are named as the parts of a description are',
      { keys: text, map: text, list: text, fields: text, type: text },
      ['keys', 'map', 'list', 'fields', 'type'].map((name) => `${name} (string): A text.`),
    ],
  ])('%s', (_name, returns, told) => {
    expect(returnedFields(returns).map(({ path, type, doc }) => `${path} (${type}): ${doc}`)).toEqual(told);
  });
});

test.each<[AnyFunction['access'], string]>([
  ['any', 'All users can call this function.'],
  ['root', 'Only root can call this function.'],
  [['create-acct'], 'Root can call this function, and resellers with the privilege create-acct.'],
  [['a', 'b'], 'Root can call this function, and resellers with the privilege a or b.'],
])('access %j in words: %s', (access, words) => {
  expect(accessInWords(access)).toBe(words);
});

test.each<[Partial<AnyFunction>, string]>([
  [{ since: 54 }, 'Available in WHM since version 54.'],
  [{ since: null }, 'The version of WHM that introduced this function is not documented.'],
  [{ since: null, extension: true }, 'WHM does not have this function.'],
])('%j in words: %s', (description, words) => {
  expect(sinceInWords({ ...example, ...description })).toBe(words);
});

describe('an example', () => {
  const cases: [string, Omit<Example, 'doc'>, string, string[]][] = [
    ['without arguments', { args: {} }, 'whmapi1 x', ['x']],
    [
      'with plain values',
      { args: { a: 'b-1', c: 'd/e@f.g' } },
      'whmapi1 x a=b-1 c=d/e@f.g',
      ['x', 'a=b-1', 'c=d/e@f.g'],
    ],
    ['with an empty value', { args: { a: '' } }, 'whmapi1 x a=', ['x', 'a=']],
    ['with a list', { args: { a: ['b', 'c d'] } }, "whmapi1 x a=b 'a=c d'", ['x', 'a=b', 'a=c d']],
    ['with a quote', { args: { a: "it's" } }, String.raw`whmapi1 x 'a=it'\''s'`, ['x', "a=it's"]],
    [
      'with what a shell reads',
      { args: { a: '$HOME `id` \\ "*" ; & ~' } },
      'whmapi1 x \'a=$HOME `id` \\ "*" ; & ~\'',
      ['x', 'a=$HOME `id` \\ "*" ; & ~'],
    ],
    ['with a line break', { args: { a: 'b\nc' } }, "whmapi1 x 'a=b\nc'", ['x', 'a=b\nc']],
    ['with text past ASCII', { args: { a: 'é' } }, "whmapi1 x 'a=é'", ['x', 'a=é']],
    [
      'with an escape to the command line',
      { args: { a: '100%41' } },
      "whmapi1 x 'a=100%2541'",
      ['x', 'a=100%2541'],
    ],
    [
      'with a percent sign that is none',
      { args: { a: '100% %zz' } },
      "whmapi1 x 'a=100% %zz'",
      ['x', 'a=100% %zz'],
    ],
  ];

  test.each(cases)('%s is written for a shell', (_name, given, command, words) => {
    expect(exampleCommand(example, { doc: 'A.', ...given })).toBe(command);
    expect(shellWords([command])[0]?.words).toEqual(words);
  });

  test('with input passes it through a pipe', () => {
    const input = { bob: { note: "it's \\ \n é" } };
    const command = exampleCommand(example, { doc: 'A.', args: { a: 'b c' }, input });
    const [{ words, stdin } = { words: [], stdin: '' }] = shellWords([command]);
    expect(words).toEqual(['--input=json', 'x', 'a=b c']);
    expect(JSON.parse(stdin)).toEqual(input);
  });

  test('with input reads as people write it', () => {
    expect(exampleCommand(example, { doc: 'A.', args: {}, input: { bob: 1 } })).toBe(
      `echo '{"bob":1}' | whmapi1 --input=json x`,
    );
  });
});
