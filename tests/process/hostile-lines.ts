// Hostile command lines, generated from a seed.
import fc from 'fast-check';
import { index } from '../../src/functions/index.generated.ts';

export interface HostileLine {
  /** The arguments, without the output format. */
  readonly words: readonly string[];
  /** Standard input, if the line reads it. */
  readonly input: string;
}

/** Sent as secrets; stderr and the logs must never contain them. */
export const SECRET = 'WJ73QJSKZBXCIFPZ';

/** 1,000 lines contain some dozens of values of up to 100 kB. */
export function hostileLines(count: number, seed: number): HostileLine[] {
  return fc.sample(line, { numRuns: count, seed });
}

const nasty = fc.constantFrom(
  ...[
    '',
    ' ',
    '%',
    '%%',
    '%0',
    '%00',
    '%0A',
    '%FF',
    '%C3%28',
    '%ED%A0%80',
    '%F0%9F%92%A9',
    '%2525',
    '%u0041',
  ],
  ...[
    '\u0001',
    '\u001b[31mred\u001b[0m',
    '\r\n',
    '\t',
    '\u007f',
    '\u0085',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\ufffe',
  ],
  ...['😀', '👨‍👩‍👧', 'é', 'e\u0301', '用户', 'İ', '\ud7ff', '\ue000'],
  ...['-', '--', '-1', '0', '00', '1e999', '0x10', 'NaN', '9007199254740993', '-99999999999999999999'],
  ...[
    "'",
    '"',
    '`id`',
    '$(id)',
    '; rm',
    '\\',
    '../../etc/passwd',
    '/dev/stdin',
    "' OR 1=1 --",
    '<!--',
    ']]>',
    '&amp;',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'null',
    'true',
    '[]',
    '{}',
    '{"a":',
    '[[[[',
    '"',
  ],
);
const huge = fc.constantFrom(
  ...[
    'x'.repeat(100_000),
    '%41'.repeat(30_000),
    '%'.repeat(90_000),
    '😀'.repeat(20_000),
    '\u0001'.repeat(50_000),
  ],
  ...[
    '['.repeat(50_000),
    `${'['.repeat(40_000)}${']'.repeat(40_000)}`,
    '{"a":'.repeat(15_000),
    'a.'.repeat(40_000),
  ],
);
const printable = (text: string) => text.replaceAll('\0', '\u0001');
const random = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }).map(printable),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ maxLength: 60 }),
);
const value = fc.oneof(
  { arbitrary: nasty, weight: 10 },
  { arbitrary: random, weight: 6 },
  { arbitrary: huge, weight: 1 },
);

const knownFunctions = Object.keys(index);
const functionName = fc.oneof(
  { arbitrary: fc.constantFrom(...knownFunctions), weight: 12 },
  { arbitrary: nasty, weight: 3 },
  { arbitrary: random, weight: 1 },
  {
    arbitrary: fc.constantFrom(
      ...[
        'valueOf',
        '__defineGetter__',
        '../batch',
        'batch/../version',
        'VERSION',
        'version ',
        'x'.repeat(100_000),
      ],
    ),
    weight: 2,
  },
);

const name = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      ...[
        'user',
        'user-1',
        'user-0',
        'user-999999',
        'user-9999999',
        'user-',
        'issuer',
        'tfa_token',
        'secret_length',
      ],
      ...[
        'command',
        'command-0',
        'abort_on_error',
        'rest',
        'bob',
        'data',
        'metadata',
        '__proto__',
        'constructor',
      ],
      ...['toString', 'hasOwnProperty', 'prototype', 'api.version', 'api.', 'api', 'api.filter.enable'],
      ...['api.filter.a.field', 'api.filter.a.type', 'api.filter.a.arg0', 'api.filter.__proto__.field'],
      ...['api.filter.constructor.arg0', 'api.sort.enable', 'api.sort.a.field', 'api.sort.a.method'],
      ...['api.sort.__proto__.field', 'api.columns.enable', 'api.columns.a', 'api.columns.__proto__'],
      ...[
        'api.chunk.enable',
        'api.chunk.size',
        'api.chunk.start',
        'api.filter',
        'api.filter.a.b.c.d',
        'api..',
      ],
    ),
    weight: 8,
  },
  { arbitrary: value, weight: 1 },
);

/** None of them asks for help or for colour, and none uses the next word as its value. */
const option = fc.oneof(
  fc.constantFrom('--', '-', '-x', '--nosuch', '--nosuch=1', '--dry-run', '--dry-run=1', '--color=never'),
  fc.constantFrom(
    '--color=x',
    '--file=',
    '--file==',
    '--file=a',
    '--file=a=/nonexistent',
    '--__proto__',
    '-=',
  ),
  random.map((text) => `-${text}`).filter((text) => !/^--?[cohfi]/.test(text)),
);

const secretWord = fc.constantFrom(
  `secret=${SECRET}`,
  `secert=${SECRET}`,
  `SECRET=${SECRET}`,
  `secret-1=${SECRET}`,
);

/** An argument has at most 128 KiB (execve(2): MAX_ARG_STRLEN). */
const word = fc
  .oneof(
    { arbitrary: fc.tuple(name, value).map(([key, text]) => `${key}=${text}`), weight: 14 },
    { arbitrary: secretWord, weight: 2 },
    { arbitrary: option, weight: 1 },
    { arbitrary: random, weight: 1 },
  )
  .filter((text) => Buffer.byteLength(text) < 128 * 1024);

const words = fc
  .tuple(functionName, fc.array(word, { maxLength: 6 }), fc.nat(9))
  .map(([command, rest, repeats]) => [command, ...rest, ...(repeats === 0 ? [...rest, ...rest] : [])]);

const json = fc.oneof(
  fc.json(),
  fc
    .tuple(
      fc.dictionary(name, fc.oneof(value, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 5 }),
      fc.constantFrom(
        {},
        { secret: SECRET },
        { secert: SECRET },
        { secret: [SECRET] },
        { secret: { secret: SECRET } },
      ),
    )
    .map(([hash, secret]) => JSON.stringify({ ...hash, ...secret })),
  fc.constantFrom(
    ...['', 'null', '[]', '"', '{', '{}', '1', `{"secret":"${SECRET}"`, SECRET, '{"user":1e999}', '\ufeff{}'],
    ...['{"__proto__":{"is_enabled":1}}', '{"user":"\\ud800"}', '{"issuer":"a\\ud800"}', '{"a":1,"a":2}'],
    ...['{"bob":{"__proto__":{"secret":1}}}', '{"bob":{"email":{"__proto__":{"secret":"x"}}}}'],
    `{"user":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    `{"issuer":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
    `{"bob":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  ),
);

const line: fc.Arbitrary<HostileLine> = fc.oneof(
  { arbitrary: words.map((all) => ({ words: all, input: '' })), weight: 6 },
  {
    arbitrary: fc.tuple(words, json).map(([all, input]) => ({ words: ['--input=json', ...all], input })),
    weight: 1,
  },
  {
    arbitrary: fc
      .tuple(fc.constantFrom(...knownFunctions), json)
      .map(([command, input]) => ({ words: ['--input=json', command], input })),
    weight: 1,
  },
);
