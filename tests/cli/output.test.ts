import { version } from '../../package.json';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { encode } from 'uqr';
import { highlight } from '../../src/cli/highlight.ts';
import { styleFor } from '../../src/cli/style.ts';
import type { Value } from '../../src/core/values.ts';
import { formats, loadRenderer } from '../../src/render/format.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

describe('the exit status', () => {
  test('is 0 if the call succeeded, also with warnings', async () => {
    expect(await terminal.run('version')).toMatchObject({ status: 0, stderr: '' });
    expect(await terminal.run('version', 'nonsense=1')).toMatchObject({ status: 0, stderr: '' });
  });

  test('is 1 if the call failed, and the response says why', async () => {
    expect(await terminal.run('twofactorauth_get_user_configs', 'user=bob')).toEqual({
      status: 1,
      stdout: `---
metadata:
  command: twofactorauth_get_user_configs
  error_code: not_found
  reason: You do not have a user named “bob”.
  result: 0
  version: 1
`,
      stderr: '',
    });
  });

  test.each([
    ['killacct', 'Did you mean removeacct? whmapi1 --help lists the functions.\n'],
    ['list', 'Did you mean listaccts? whmapi1 --help lists the functions.\n'],
    ['accounts', 'This is a family of functions: whmapi1 --help accounts lists them.\n'],
  ])('has a hint for %s, which people type', async (name, hint) => {
    const { status, stderr } = await terminal.run(name);
    expect([status, stderr]).toEqual([1, hint]);
  });

  test('is 1 for an unknown function, and stderr suggests the closest name', async () => {
    expect(await terminal.run('twofactorauth_policy_statsu', '--output=json')).toEqual({
      status: 1,
      stdout:
        '{"metadata":{"version":1,"reason":"Unknown app (\\"twofactorauth_policy_statsu\\") requested for this version ' +
        '(1) of the API.","result":0,"command":"twofactorauth_policy_statsu","error_code":"unknown_function"}}\n',
      stderr: 'Did you mean twofactorauth_policy_status? whmapi1 --help lists the functions.\n',
    });
  });

  test.each([
    [['twofactorauth_set_issuer'], 'The parameter “issuer” is required: it should be 1 to 64 characters'],
    [['twofactorauth_set_issuer', 'issuer=a:b'], 'not “a:b”.'],
  ])('is 1 for bad parameters (%j), and standard error points to the help', async (argv, reason) => {
    const { status, stdout, stderr } = await terminal.run(...argv);
    expect(status).toBe(1);
    expect(stdout).toContain(reason);
    expect(stderr).toBe('whmapi1 twofactorauth_set_issuer --help explains the parameters.\n');
  });

  test('is 3 if others can access the store', async () => {
    const state = join(terminal.directory, 'state');
    mkdirSync(state);
    chmodSync(state, 0o755);
    expect(await terminal.run('--output=json', '--dry-run', 'version')).toEqual({
      status: 3,
      stdout:
        `{"metadata":{"version":1,"reason":"“${state}” is open to others (mode 755). Restrict it: chmod 700 '${state}'",` +
        '"result":0,"command":"version","error_code":"store_insecure"}}\n',
      stderr: '',
    });
  });

  test('is 3 if the store cannot be used', async () => {
    terminal.environment = { WHMAPI1_STATE_DIR: join(terminal.write('file', ''), 'state') };
    const { status, stdout } = await terminal.run('version');
    expect(status).toBe(3);
    expect(stdout).toContain('error_code: store_unavailable\n');
  });
});

describe('a stream that breaks', () => {
  test.each([
    [['version'], 0, ''],
    [['--output=xml', 'version'], 0, ''],
    [['--help'], 0, ''],
    [['version', '--help'], 0, ''],
    [['--version'], 0, ''],
    [['twofactorauth_get_user_configs', 'user=bob'], 1, ''],
    [['nosuch'], 1, 'whmapi1 --help lists the functions.\n'],
  ])('standard output without a reader: %j ends quietly with %d', async (argv, status, stderr) => {
    terminal.broken = { stdout: 'EPIPE' };
    expect(await terminal.run(...argv)).toEqual({ status, stdout: '', stderr });
  });

  test.each([
    [['version'], 0],
    [['twofactorauth_get_user_configs', 'user=bob'], 1],
    [['nosuch'], 1],
    [['twofactorauth_set_issuer'], 1],
    [['nosuch', '--help'], 1],
    [['version', 'word'], 2],
    [['--nosuch'], 2],
  ])('standard error without a reader: %j still ends with %d', async (argv, status) => {
    terminal.broken = { stderr: 'EPIPE' };
    expect(await terminal.run(...argv)).toMatchObject({ status, stderr: '' });
    expect(existsSync(join(terminal.directory, 'state/error.log'))).toBe(false);
  });

  test('reports a full disk, because the response is lost although the call ran', async () => {
    terminal.broken = { stdout: 'ENOSPC' };
    expect(await terminal.run('twofactorauth_enable_policy')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'whmapi1: the call was run, but its response could not be written: ENOSPC: write\n',
    });
    terminal.broken = {};
    expect((await terminal.run('twofactorauth_policy_status')).stdout).toContain('is_enabled: 1');
  });
});

const ESC = '\u001b[';

function stripped(text: string): string {
  return text.replace(/\u001b\[\d+m/g, '');
}

describe('colour', () => {
  const coloured = `---
${ESC}36mdata${ESC}39m:
  ${ESC}36mversion${ESC}39m: ${ESC}32m${version}${ESC}39m
${ESC}36mmetadata${ESC}39m:
  ${ESC}36mcommand${ESC}39m: ${ESC}32mversion${ESC}39m
  ${ESC}36mreason${ESC}39m: ${ESC}32mOK${ESC}39m
  ${ESC}36mresult${ESC}39m: ${ESC}32m1${ESC}39m
  ${ESC}36mversion${ESC}39m: ${ESC}32m1${ESC}39m
`;

  test('of YAML distinguishes keys from values', async () => {
    terminal.seen = ['stdout'];
    expect((await terminal.run('version')).stdout).toBe(coloured);
  });

  test('of JSON distinguishes keys from values', async () => {
    terminal.seen = ['stdout'];
    const key = (name: string) => `${ESC}36m"${name}"${ESC}39m`;
    const value = (text: string) => `${ESC}32m${text}${ESC}39m`;
    expect((await terminal.run('version', '--output=json')).stdout).toBe(
      `{${key('metadata')}:{${key('version')}:${value('1')},${key('reason')}:${value('"OK"')},` +
        `${key('result')}:${value('1')},${key('command')}:${value('"version"')}},` +
        `${key('data')}:{${key('version')}:${value(`"${version}"`)}}}\n`,
    );
  });

  test('of an error is red if standard error is a terminal', async () => {
    terminal.seen = ['stderr'];
    expect((await terminal.run()).stderr).toMatch(
      /^\u001b\[31mwhmapi1: Name a function to call\.\u001b\[39m\n/,
    );
    terminal.seen = [];
    expect((await terminal.run()).stderr).toMatch(/^whmapi1: Name a function to call\.\n/);
  });

  test('is not used in XML', async () => {
    terminal.seen = ['stdout'];
    expect((await terminal.run('version', '--output=xml')).stdout).not.toContain(ESC);
  });

  test.each<[string, ('stdout' | 'stderr')[], Record<string, string>, string[], boolean]>([
    ['in a pipe', [], {}, [], false],
    ['in a pipe, though standard error is a terminal', ['stderr'], {}, [], false],
    ['on a terminal', ['stdout'], {}, [], true],
    ['on a terminal with NO_COLOR', ['stdout'], { NO_COLOR: '1' }, [], false],
    ['on a terminal with an empty NO_COLOR', ['stdout'], { NO_COLOR: '' }, [], true],
    ['on a terminal, never', ['stdout'], {}, ['--color=never'], false],
    ['in a pipe, always', [], {}, ['--color=always'], true],
    ['in a pipe, always, with NO_COLOR', [], { NO_COLOR: '1' }, ['--color=always'], true],
    ['in a pipe with FORCE_COLOR, which is not ours', [], { FORCE_COLOR: '3' }, [], false],
  ])('%s', async (_name, seen, environment, options, isColoured) => {
    const plain = await terminal.run('version');
    terminal.seen = seen;
    Object.assign(terminal.environment, environment);
    const { stdout } = await terminal.run('version', ...options);
    expect(stdout).toBe(isColoured ? coloured : plain.stdout);
    const { stdout: help } = await terminal.run('--help', ...options);
    expect(help.includes(ESC)).toBe(isColoured);
  });

  test('changes only the appearance of the help', async () => {
    for (const argv of [['--help'], ['batch', '--help'], ['twofactorauth_get_user_configs', '--help']]) {
      const { stdout } = await terminal.run(...argv);
      expect(stripped((await terminal.run('--color=always', ...argv)).stdout)).toBe(stdout);
    }
  });

  test('changes only the appearance of a response, whatever it contains', async () => {
    const style = await styleFor({ write: () => undefined, isTerminal: () => true }, 'always', {
      stdout: { write: () => undefined, isTerminal: () => true },
      stderr: { write: () => undefined, isTerminal: () => true },
      environment: {},
      readStdin: () => Buffer.of(),
      readFile: () => Buffer.of(),
    });
    const renderers = await Promise.all(
      formats.map(async (format) => ({ format, render: await loadRenderer(format) })),
    );
    const fragment = fc.constantFrom(
      ...[
        '\n',
        ' ',
        '  ',
        '\t',
        '\r',
        ': ',
        ':',
        '- ',
        '-',
        '#',
        ' #',
        '"',
        "'",
        '\\',
        '|',
        'key: \n',
        '>',
        '{',
        '}',
        '[',
        ',',
      ],
      ...[
        'null',
        'a',
        'key',
        '1',
        '-2.5',
        '1e9',
        '\u001b[31m',
        '\u0085',
        '\u2028',
        '\u009b',
        'é',
        '😀',
        '$&',
        '$1',
      ],
    );
    const text = fc.oneof(
      fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(text, value, { maxKeys: 3 }), (data) => {
        for (const { format, render } of renderers) {
          for (const piece of render({
            metadata: { version: 1, reason: 'OK', result: 1, command: 'x' },
            data,
          })) {
            expect(stripped(highlight(piece, format, style))).toBe(piece);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the QR code', () => {
  test.each<[('stdout' | 'stderr')[], boolean]>([
    [['stdout', 'stderr'], true],
    [['stdout'], false],
    [['stderr'], false],
    [[], false],
  ])('is drawn if a person sees %j: %j', async (seen, isDrawn) => {
    terminal.seen = seen;
    const { status, stdout, stderr } = await terminal.run('twofactorauth_generate_tfa_config');
    expect(status).toBe(0);
    expect(stdout).toContain('otpauth_str');
    expect(stderr !== '').toBe(isDrawn);
    expect((await terminal.run('version')).stderr).toBe('');
  });

  test('has dark modules, light modules, and a light margin of two modules', async () => {
    terminal.seen = ['stdout', 'stderr'];
    const { stdout, stderr } = await terminal.run(
      '--output=json',
      '--color=never',
      'twofactorauth_generate_tfa_config',
    );
    const { data } = JSON.parse(stdout) as { data: { otpauth_str: string } };
    // uqr is not under test: true is a dark module.
    const modules = encode(data.otpauth_str, { border: 2 }).data;
    expect(modules.length).toBeGreaterThanOrEqual(21 + 4);
    const drawn = drawnModules(stderr).slice(0, modules.length);
    expect(drawn.map(dots)).toEqual(modules.map((row) => dots(row.map((dark) => (dark ? 'dark' : 'light')))));
  });

  function dots(row: readonly Shade[]): string {
    return row.map((one) => (one === 'dark' ? '#' : '.')).join('');
  }
});

type Shade = 'dark' | 'light';

/** What a terminal shows for lines of half blocks in black and white, whatever its own two colours are. */
function drawnModules(text: string): Shade[][] {
  const inks: Record<string, Shade> = { 30: 'dark', 37: 'light', 97: 'light' };
  const papers: Record<string, Shade> = { 40: 'dark', 47: 'light', 107: 'light' };
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [, ink = '', paper = '', cells = ''] = /^\u001b\[(\d+);(\d+)m(.*)\u001b\[0m$/.exec(line) ?? [];
      const on = inks[ink];
      const off = papers[paper];
      if (on === undefined || off === undefined)
        throw new Error(`${JSON.stringify(line)} is in unknown colours.`);
      const halves: Record<string, [Shade, Shade]> = {
        '█': [on, on],
        '▀': [on, off],
        '▄': [off, on],
        ' ': [off, off],
      };
      return [0, 1].map((half) =>
        [...cells].map((cell) => {
          const shade = halves[cell]?.[half];
          if (shade === undefined) throw new Error(`${cell} is no half block.`);
          return shade;
        }),
      );
    });
}
