import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { percentDecode } from '../../src/cli/arguments.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

const USAGE = 'Usage: whmapi1 [options] FUNCTION [key=value ...]\nSee whmapi1 --help.\n';

/** Sets the issuer with these arguments, and reads it back. */
async function issuerAfter(...words: string[]): Promise<unknown> {
  const set = await terminal.run('--output=json', 'twofactorauth_set_issuer', ...words);
  expect({ status: set.status, stderr: set.stderr, stdout: set.stdout }).toMatchObject({
    status: 0,
    stderr: '',
  });
  const { stdout } = await terminal.run('--output=json', 'twofactorauth_get_issuer');
  return (JSON.parse(stdout) as { data: { issuer: unknown } }).data.issuer;
}

/** The names of the arguments, as quoted in the warnings about them. */
async function unknownNames(...words: string[]): Promise<string[]> {
  const { stdout } = await terminal.run('--output=json', 'version', ...words);
  const { metadata } = JSON.parse(stdout) as { metadata: { output?: { warnings: string[] } } };
  return (metadata.output?.warnings ?? []).map((one) => /parameter “(.*)”\. It/.exec(one)?.[1] ?? one);
}

describe('percent escapes', () => {
  test.each([
    ['', ''],
    ['plain', 'plain'],
    ['foo%20bar', 'foo bar'],
    ['F00b4r%21%40%23%25%24%25', 'F00b4r!@#%$%'],
    ['a+b', 'a+b'],
    ['a%2Bb', 'a+b'],
    ['100%', '100%'],
    ['100%25', '100%'],
    ['%', '%'],
    ['%%', '%%'],
    ['%zz', '%zz'],
    ['%4', '%4'],
    ['%4g%41', '%4gA'],
    ['%%41', '%A'],
    ['%2541', '%41'],
    ['%c3%A9', 'é'],
    ['%F0%9F%98%80', '😀'],
    ['é%C3%A9', 'éé'],
    ['%E6%9D%B1京', '東京'],
    ['%00%0a', '\u0000\n'],
    ['%EF%BB%BFa', '\uFEFFa'],
  ])('%s is decoded to %j', (text, decoded) => {
    expect(percentDecode(text)).toBe(decoded);
  });

  test.each(['%FF', 'a%FFb', '%C3', '%C3a%A9', '%A9', '%C0%80', '%ED%A0%80', '%F5%80%80%80', '%F0%9F%98'])(
    '%s is not UTF-8',
    (text) => {
      expect(percentDecode(text)).toBeUndefined();
    },
  );

  test.each([
    ['issuer=Foo%20%26%20Bar', 'Foo & Bar'],
    ['issuer=a+b', 'a+b'],
    ['issuer=100%', '100%'],
    ['issuer=%zz', '%zz'],
    ['issuer=%E6%9D%B1%E4%BA%AC', '東京'],
    ['%69ssuer=x', 'x'],
    ['issuer=a=b', 'a=b'],
    ['issuer=%3Db', '=b'],
    ['issuer=@/etc/passwd', '@/etc/passwd'],
    ['issuer=-5', '-5'],
    ['issuer=--help', '--help'],
    ['issuer="quoted"', '"quoted"'],
    ['issuer= spaces ', ' spaces '],
  ])('%s becomes %j', async (word, issuer) => {
    expect(await issuerAfter(word)).toBe(issuer);
  });

  test.each([
    ['%22=%22', '"'],
    ['a%3Db=c', 'a=b'],
    ['%C3%A9=', 'é'],
    ['@a=b', '@a'],
    ['a.b-1=c', 'a.b-1'],
    ['%00=c', '\\x00'],
  ])('%s names %j', async (word, name) => {
    expect(await unknownNames(word)).toEqual([name]);
  });

  test('in a value are rejected if they are not UTF-8', async () => {
    expect(await terminal.run('twofactorauth_set_tfa_config', 'secret=s3cret%FF', 'tfa_token=1')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'whmapi1: The value of “secret” has percent escapes that are not UTF-8. ' +
        `Write a percent sign as %25.\n${USAGE}`,
    });
  });

  test('in a name are rejected if they are not UTF-8', async () => {
    expect(await terminal.run('version', 'a%FF=b')).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: The argument “a%FF” has percent escapes that are not UTF-8.\n${USAGE}`,
    });
  });
});

test('words after -- are arguments, even if they look like options', async () => {
  expect(await unknownNames('--', '--output=xml', '-h=1')).toEqual(['--output', '-h']);
});

test('an argument can be repeated if the parameter is a list', async () => {
  const { stdout } = await terminal.run(
    ...['--output=json', 'twofactorauth_remove_user_config', 'user-2=bob', 'user=root', 'user-1=ann'],
  );
  expect(stdout).toContain(
    '"users_modified":["root"],"failed":{"ann":"You do not have a user named “ann”.","bob":',
  );
});

describe('--file', () => {
  test.each([
    ['nothing at its end', 'Example', 'Example'],
    ['a line break', 'Example\n', 'Example'],
    ['a DOS line break', 'Example\r\n', 'Example'],
    ['percent signs', '100%41\n', '100%41'],
    ['what looks like an argument', 'issuer=x\n', 'issuer=x'],
    ['a byte order mark', '\uFEFFExample\n', 'Example'],
    ['text past ASCII', '東京 😀\n', '東京 😀'],
  ])('accepts a file with %s', async (_name, content, issuer) => {
    const path = terminal.write('value', content);
    expect(await issuerAfter('--file', `issuer=${path}`)).toBe(issuer);
    expect(await issuerAfter(`--file=issuer=${path}`)).toBe(issuer);
  });

  test('removes one line break at the end, and no more', async () => {
    const path = terminal.write('value', 'Example\n\n');
    const { status, stdout } = await terminal.run('twofactorauth_set_issuer', `--file=issuer=${path}`);
    expect(status).toBe(1);
    expect(stdout).toContain('not “Example\\x0a”.');
  });

  test('reads standard input if the path is -', async () => {
    terminal.stdin = 'From a pipe\n';
    expect(await issuerAfter('--file', 'issuer=-')).toBe('From a pipe');
  });

  test('can be repeated', async () => {
    const [ann, bob] = [terminal.write('ann', 'ann\n'), terminal.write('bob', 'bob\n')];
    const { stdout } = await terminal.run(
      ...[
        '--output=json',
        'twofactorauth_remove_user_config',
        'user=root',
        `--file=user=${bob}`,
        `--file=user=${ann}`,
      ],
    );
    expect(stdout).toContain('"failed":{"bob":"You do not have a user named “bob”.","ann":');
  });

  test('accepts a path with an equals sign', async () => {
    expect(await issuerAfter(`--file=issuer=${terminal.write('a=b', 'Example')}`)).toBe('Example');
  });

  test.each(['issuer', 'issuer=', '=path', '='])('rejects %j', async (word) => {
    expect(await terminal.run('twofactorauth_set_issuer', '--file', word)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: --file requires KEY=PATH, not “${word}”.\n${USAGE}`,
    });
  });

  test('rejects a file that does not exist', async () => {
    const path = join(terminal.directory, 'nosuch');
    expect(await terminal.run('version', `--file=a=${path}`)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: “${path}” could not be read: it does not exist.\n${USAGE}`,
    });
  });

  test('rejects a folder', async () => {
    const path = join(terminal.directory, 'folder');
    mkdirSync(path);
    expect(await terminal.run('version', `--file=a=${path}`)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: “${path}” could not be read: it is a directory. Name a file.\n${USAGE}`,
    });
  });

  test('rejects a file that is not UTF-8, and does not quote its contents', async () => {
    const path = terminal.write('latin1', Buffer.from('s3cret\xE9', 'latin1'));
    expect(await terminal.run('version', `--file=a=${path}`)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: “${path}” is not UTF-8 text.\n${USAGE}`,
    });
  });

  test('rejects more than 64 MiB', async () => {
    terminal.stdin = new Uint8Array(64 * 1024 * 1024 + 1);
    expect(await terminal.run('version', '--file=a=-')).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: standard input is larger than 64 MiB.\n${USAGE}`,
    });
  });

  test('rejects a standard input that cannot be read', async () => {
    terminal.stdin = undefined;
    expect(await terminal.run('version', '--file=a=-')).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: standard input could not be read: EIO: i/o error, read\n${USAGE}`,
    });
  });
});

describe('--input=json', () => {
  test('reads every member as an argument', async () => {
    terminal.stdin = '{"issuer": "From JSON"}\n';
    expect(await issuerAfter('--input=json')).toBe('From JSON');
    terminal.stdin = '{"issuer": "100%41"}';
    expect(await issuerAfter('--input', 'json')).toBe('100%41');
  });

  test('keeps lists and hashes unchanged', async () => {
    terminal.stdin = '{"user": ["root", "bob"], "__proto__": {"a": 1}, "toString": null}';
    const { stdout } = await terminal.run(
      '--input=json',
      'twofactorauth_remove_user_config',
      '--output=json',
    );
    expect(stdout).toContain('"users_modified":["root"],"failed":{"bob":');
    expect(stdout).toContain('no parameter “__proto__”');
    expect(stdout).toContain('no parameter “toString”');
  });

  test('has lower precedence than arguments and files of the command line', async () => {
    terminal.stdin = '{"issuer": "From JSON", "issuer-1": "x"}';
    const path = terminal.write('value', 'From a file');
    const set = async (word: string) =>
      (await terminal.run('--input=json', 'twofactorauth_set_issuer', word)).status === 0 &&
      (await terminal.run('twofactorauth_get_issuer')).stdout;
    expect(await set('issuer=From a word')).toContain('issuer: From a word\n');
    expect(await set(`--file=issuer=${path}`)).toContain('issuer: From a file\n');
  });

  test.each([
    '',
    's3cret',
    '{"secret": "s3cret"',
    "{'secret': 's3cret'}",
    '{"secret":"s3cret"} x',
    '{"a":"s3\ncret"}',
  ])('rejects %j, which is not JSON, and does not quote it', async (stdin) => {
    terminal.stdin = stdin;
    expect(await terminal.run('--input=json', 'version')).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: Standard input should hold one JSON object (--input=json); it is not JSON.\n${USAGE}`,
    });
  });

  test.each(['[]', '["s3cret"]', '"s3cret"', '5', 'null', 'true'])(
    'rejects %s, which is not an object',
    async (stdin) => {
      terminal.stdin = stdin;
      expect(await terminal.run('--input=json', 'version')).toEqual({
        status: 2,
        stdout: '',
        stderr: `whmapi1: Standard input should hold one JSON object (--input=json), not another kind of JSON.\n${USAGE}`,
      });
    },
  );

  test('rejects input that is not UTF-8', async () => {
    terminal.stdin = Buffer.from('{"a":"\xE9"}', 'latin1');
    expect(await terminal.run('--input=json', 'version')).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: standard input is not UTF-8 text.\n${USAGE}`,
    });
  });

  test('handles an endlessly nested structure like any other invalid value', async () => {
    terminal.stdin = `{"user": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const { status, stdout } = await terminal.run('--input=json', 'twofactorauth_remove_user_config');
    expect(status).toBe(1);
    expect(stdout).toContain('error_code: bad_param\n');
  });
});

describe('standard input is read only once', () => {
  test.each([
    [['--file=a=-', '--file=b=-'], 'Standard input can be read only once: use --file KEY=- once.'],
    [
      ['--input=json', '--file=a=-'],
      'Standard input can be read only once: use --input=json or --file KEY=-, not both.',
    ],
  ])('%j is rejected', async (options, reason) => {
    expect(await terminal.run('version', ...options)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: ${reason}\n${USAGE}`,
    });
  });

  test('a path that only ends in =- is a path', async () => {
    const path = terminal.write('a=-', 'Example');
    terminal.stdin = '{}';
    expect(await issuerAfter('--input=json', `--file=issuer=${path}`)).toBe('Example');
  });
});

describe('a parameter that the function does not have', () => {
  const lines = ['createacct', 'username=bob', 'domain=bob.example', 'quotta=500'];

  it('stops the call at a terminal if it looks like a typo', async () => {
    terminal.isInteractive = true;
    expect(await terminal.run(...lines)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: createacct has no parameter “quotta”. Did you mean “quota”? Nothing was called.\n${USAGE}`,
    });
    expect((await terminal.run('--output=json', 'listaccts')).stdout).toContain('"acct":[]');
    expect(await terminal.run('version', 'unrelated=1')).toMatchObject({ status: 0 });
  });

  it('is a warning otherwise, so that scripts for WHM keep running', async () => {
    const { status, stdout } = await terminal.run('--output=json', ...lines);
    expect(status).toBe(0);
    expect(stdout).toContain('“createacct” has no parameter “quotta”. It was ignored. Did you mean “quota”?');
  });
});
