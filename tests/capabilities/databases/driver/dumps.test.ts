// How a dump of MariaDB is split into statements: the same as a simple model does that has the whole text at once and
// looks at each byte.
import fc from 'fast-check';
import { DumpSplitter } from '../../../../src/capabilities/databases/driver/mysql/archive/dump-splitter.ts';

const MAX_BYTES = 1_000_000;

interface Split {
  readonly statements: readonly string[];
  readonly error?: string;
}

/** @param text one character for each byte. @param turns after how many statements the escapes change. */
function expected(text: string, turns: readonly number[]): Split {
  const statements: string[] = [];
  let rest = text;
  let delimiter = ';';
  let hasEscapes = true;
  for (;;) {
    const found = statementIn(rest, delimiter, hasEscapes);
    if (found.kind === 'error') return { statements, error: found.message };
    if (found.kind === 'nothing') return { statements };
    rest = rest.slice(found.end);
    if (found.kind === 'delimiter') ({ delimiter } = found);
    else {
      statements.push(found.text);
      if (turns.includes(statements.length)) hasEscapes = !hasEscapes;
    }
  }
}

type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'delimiter'; readonly delimiter: string; readonly end: number }
  | { readonly kind: 'statement'; readonly text: string; readonly end: number };

const OPEN = {
  kind: 'error',
  message: 'The file ends inside of a text or a comment, so it is not complete.',
} as const;

function statementIn(text: string, delimiter: string, hasEscapes: boolean): Found {
  let isFresh = true;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (rest.startsWith(delimiter))
      return { kind: 'statement', text: text.slice(0, at), end: at + delimiter.length };
    const command = isFresh ? /^delimiter[ \t]([^\n]{0,246})\n?/i.exec(rest) : null;
    if (command !== null) {
      const [given = ''] = (command[1] ?? '').trim().split(/\s/, 1);
      if (given === '' || given.length > 16 || /[\\'"`]/.test(given))
        return { kind: 'error', message: 'The dump sets a delimiter that cannot be used.' };
      return { kind: 'delimiter', delimiter: given, end: at + command[0].length };
    }
    const [first = ''] = rest;
    if (/['"`]/.test(first)) {
      isFresh = false;
      const body =
        first === '`' || !hasEscapes
          ? `(?:[^${first}]|${first}${first})*`
          : `(?:[^${first}\\\\]|\\\\[^]|${first}${first})*`;
      const quoted = new RegExp(`^${first}${body}${first}(?!${first})`).exec(rest);
      if (quoted === null) return OPEN;
      at += quoted[0].length;
    } else if (/^(?:#|--(?:[\0- ]|$))/.test(rest)) at += /^[^\n]*\n?/.exec(rest)?.[0].length ?? 0;
    else if (rest.startsWith('/*')) {
      if (/^\/\*M?!/.test(rest)) {
        isFresh = false;
        at += 2;
      } else {
        const end = rest.indexOf('*/', 2);
        if (end < 0) return OPEN;
        at += end + 2;
      }
    } else {
      if (first > ' ') isFresh = false;
      at += 1;
    }
  }
  return isFresh ? { kind: 'nothing' } : { kind: 'statement', text, end: at };
}

/** @param lengths of the pieces in which the text is read. */
function split(text: string, lengths: readonly number[], turns: readonly number[]): Split {
  const splitter = new DumpSplitter(MAX_BYTES);
  const statements: string[] = [];
  let position = 0;
  try {
    for (let piece = 0; position < text.length || piece === 0; piece++) {
      const bytes = Buffer.from(
        text.slice(position, position + (lengths[piece % lengths.length] ?? 1)),
        'latin1',
      );
      bytes.copy(splitter.room(bytes.length));
      splitter.added(bytes.length);
      position += bytes.length;
      for (;;) {
        const next = splitter.next(position >= text.length);
        if (next === undefined) break;
        statements.push(next.toString('latin1'));
        if (turns.includes(statements.length)) splitter.hasEscapes = !splitter.hasEscapes;
      }
    }
    return { statements };
  } catch (error) {
    return { statements, error: (error as Error).message };
  }
}

const part = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        ';',
        "'",
        '"',
        '`',
        '\\',
        '#',
        '-',
        '--',
        '-- ',
        '/',
        '*',
        '\n',
        ' ',
        '/*',
        '*/',
        '/*!50003 ',
        '/*M!100100 ',
        '//',
        '$$',
        'x',
        'DELIMITER $$\n',
        'delimiter //\n',
        'DELIMITER ;\n',
        "'a;b'",
        '`c;d`',
        "'it''s'",
        "'\\''",
      ],
    ),
  },
  fc.constantFrom(
    'SELECT 1',
    'INSERT INTO t VALUES (-1, 0x00FF);\n',
    ' '.repeat(40),
    'd',
    'delimiter',
    `DELIMITER ${'x'.repeat(300)}\n`,
    'DELIMITER \n',
    'y'.repeat(100),
    "'\\\\';",
    '-- a; b\n',
    '/* c; d */',
  ),
  fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
);
const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
const turns = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 });

test('a dump has the same statements in whatever pieces it is read', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), lengths, turns, (parts, pieces, after) => {
      const text = parts.join('');
      expect(split(text, pieces, after)).toEqual(expected(text, after));
    }),
    { numRuns: 3000 },
  );
});

test('a statement that is longer than the server accepts is refused before it is read whole', () => {
  const splitter = new DumpSplitter(1000);
  splitter.room(2000).fill('x');
  splitter.added(2000);
  expect(() => splitter.next(false)).toThrow('A statement is longer than 1000 bytes');
});
