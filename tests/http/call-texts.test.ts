// The API Shell’s texts for calling a function elsewhere: a real shell must read them as intended.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { percentDecode } from '../../src/cli/arguments.ts';
import {
  commandLine,
  curlLine,
  requestBody,
  url,
  type Argument,
  type ShellCall,
} from '../../src/http/page/browser/call-texts.ts';

const place = {
  service: 'whostmgrd',
  user: 'root',
  origin: 'https://server.example.com:2087',
  showsSecrets: false,
} as const;
const open = (name: string, value: string): Argument => ({ name, value, isSecret: false });

function aCall(args: readonly Argument[], others: Partial<ShellCall> = {}): ShellCall {
  return { command: 'listaccts', args, format: 'yaml', isDryRun: false, ...others };
}

/** The words into which a shell splits a line, without the first. */
function wordsOf(line: string): string[] {
  const [name = ''] = line.split(' ');
  const script = `${name}() { printf '%s\\0' "$@"; }\n${line}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

/** Any text that a process can get as an argument. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...'\'"`$\\!&|;<>()*?[]{}~#% \t\n=+-é€😀'),
      fc.string({ unit: 'grapheme' }),
    ),
  })
  .filter((one) => !one.includes('\0') && one.isWellFormed());

test('any value reaches the command line and curl through a shell', () => {
  fc.assert(
    fc.property(text, (value) => {
      const call = aCall([open('search', value)]);
      const [command, word = ''] = wordsOf(commandLine(call, place));
      expect(command).toBe('listaccts');
      expect(percentDecode(word.slice('search='.length))).toBe(value);
      expect(wordsOf(curlLine(call, place))).toContain(`search=${value}`);
      expect(new URL(url(call, place)).searchParams.get('search')).toBe(value);
    }),
    { numRuns: 60 },
  );
});

test('format, dry run and user are converted to options', () => {
  const call = aCall([open('want', 'user')], { format: 'xml', isDryRun: true });
  expect(commandLine(call, { ...place, user: 'bob' })).toBe(
    'whmapi1 --output=xml --user=bob --dry-run listaccts want=user',
  );
  expect(curlLine(call, { ...place, user: 'bob' })).toBe(
    "curl -H 'Authorization: whm bob:TOKEN' --data-urlencode want=user 'https://server.example.com:2087/xml-api/listaccts?api.version=1&api.dry_run=1'",
  );
  expect(url(call, place)).toBe(
    'https://server.example.com:2087/xml-api/listaccts?api.version=1&api.dry_run=1&want=user',
  );
  expect(commandLine(aCall([], { format: 'json' }), place)).toBe('whmapi1 --output=jsonpretty listaccts');
});

describe('a secret', () => {
  const call = aCall([
    open('user', 'bob'),
    { name: 'password', value: 'hush', isSecret: true },
    { name: 'command', value: 'one', isSecret: true },
    { name: 'command', value: 'two', isSecret: true },
  ]);

  test('is not written out', () => {
    expect(commandLine(call, place)).toBe(
      'whmapi1 --file password=./password --file command=./command-1 --file command=./command-2 listaccts user=bob',
    );
    expect(curlLine(call, place)).toContain('--data-urlencode password=PASSWORD');
    expect(url(call, place)).toContain('password=PASSWORD');
  });

  test('is written out if the user asks for it', () => {
    const shown = { ...place, showsSecrets: true };
    for (const line of [commandLine(call, shown), curlLine(call, shown), url(call, shown)]) {
      expect(line).toContain('password=hush');
    }
  });

  test('is sent', () => {
    expect(requestBody({ ...call, isDryRun: true }, 'whostmgrd')).toEqual({
      user: 'bob',
      password: 'hush',
      command: ['one', 'two'],
      'api.version': 1,
      'api.dry_run': 1,
    });
  });
});

describe('a call of UAPI', () => {
  const own = {
    ...place,
    service: 'cpaneld',
    user: 'bob',
    origin: 'https://server.example.com:2083',
  } as const;
  const call = aCall([open('domain', 'shop')], {
    command: 'SubDomain::addsubdomain',
    format: 'json',
    isDryRun: true,
  });

  test('is a command without --user, and a request with a token of the account', () => {
    expect(commandLine(call, own)).toBe(
      'uapi --output=jsonpretty --dry-run SubDomain addsubdomain domain=shop',
    );
    expect(commandLine({ ...call, format: 'table', isDryRun: false }, own)).toBe(
      'uapi SubDomain addsubdomain domain=shop',
    );
    expect(curlLine(call, own)).toBe(
      "curl -H 'Authorization: cpanel bob:TOKEN' --data-urlencode domain=shop 'https://server.example.com:2083/execute/SubDomain/addsubdomain?api.dry_run=1'",
    );
    expect(url({ ...call, args: [], isDryRun: false }, own)).toBe(
      'https://server.example.com:2083/execute/SubDomain/addsubdomain',
    );
    expect(requestBody(call, 'cpaneld')).toEqual({ domain: 'shop', 'api.dry_run': 1 });
  });
});
