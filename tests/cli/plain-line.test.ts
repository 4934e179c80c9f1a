// The reader without commander gives the same result as commander.
import fc from 'fast-check';
import { readCommandLine } from '../../src/cli/options.ts';
import { readPlainLine } from '../../src/cli/plain-line.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { formats } from '../../src/render/format.ts';

test.each([
  [['version'], 'yaml', 'version', []],
  [
    ['--output=json', 'createacct', 'username=ann', 'password=-x=@y'],
    'json',
    'createacct',
    ['username=ann', 'password=-x=@y'],
  ],
  [['getpkginfo', '--output=xml', 'pkg=gold'], 'xml', 'getpkginfo', ['pkg=gold']],
  [['--output=xml', 'version', '--output=jsonpretty'], 'jsonpretty', 'version', []],
  [['version', ''], 'yaml', 'version', ['']],
  [['--user=ann', 'listaccts', 'a=b'], 'yaml', 'listaccts', ['a=b']],
])('%j is a plain call', (argv, output, command, words) => {
  expect(readPlainLine(argv)).toMatchObject({ output, command, words });
});

test.each([
  [[]],
  [['--output=json']],
  [['--output', 'json', 'version']],
  [['--output=toml', 'version']],
  [['--output=json ', 'version']],
  [['--dry-run', 'version']],
  [['version', '--help']],
  [['version', '-']],
  [['version', '--', 'a=b']],
  [['--host=a.example', 'version']],
  [['--user', 'ann', 'version']],
  [['--user=ann']],
])('%j is passed to commander', (argv) => {
  expect(readPlainLine(argv)).toBeUndefined();
});

test('a plain call gives the same result as with commander', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'version',
      'help',
      'user=ann',
      'a=-b',
      '=',
      '',
      ' ',
      '__proto__=1',
      '--output=',
      '--user=',
      '--user=ann',
      '--user',
      '--',
      '-h',
      '--all',
    ),
    fc.constantFrom(...formats.map((format) => `--output=${format}`)),
    fc.string(),
    fc.string().map((text) => `-${text}`),
    fc.string().map((text) => `--user=${text}`),
  );
  let plain = 0;
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      const line = readPlainLine(argv);
      if (line === undefined) return;
      plain += 1;
      expect(line).toEqual(readCommandLine(argv));
    }),
    { numRuns: 2000 },
  );
  expect(plain).toBeGreaterThan(100);
});

test('a line that commander rejects is not a plain call', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('--output=toml', '--bad', 'version')), { maxLength: 5 }),
      (argv) => {
        try {
          readCommandLine(argv);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect(readPlainLine(argv)).toBeUndefined();
        }
      },
    ),
  );
});
