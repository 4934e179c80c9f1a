// Where responses go: closed, full and slow pipes, only the response on stdout, and secrets only in responses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  currentCode,
  freshFolder,
  readAnswer,
  run,
  storeSecret,
  wrongCode,
  type Options,
} from '../support/command.ts';
import { Terminal } from '../support/terminal.ts';
import { auditLog, breakSecrets } from './state.ts';

const SECRET = 'WJ73QJSKZBXCIFPZ';
/** A response of about 240 kB, which no pipe can hold at once. */
const LARGE = JSON.stringify({ command: Array.from({ length: 300 }, () => 'applist') });

const here = freshFolder();

/** A pipeline in bash, in which `"$0"` is the program. Its last line on stdout contains the exit statuses. */
function pipeline(commands: string): Options {
  return {
    state: here.state,
    input: LARGE,
    through: ['bash', '--norc', '-c', `${commands}; echo "\${PIPESTATUS[@]}"`],
  };
}

describe('a pipe whose reader exits', () => {
  it('ends the help quietly', async () => {
    expect(await run([], pipeline('"$0" --help | head -1'))).toEqual({
      status: 0,
      signal: null,
      stdout: 'Usage: whmapi1 [options] FUNCTION [key=value ...]\n0 0\n',
      stderr: '',
    });
  });

  it('ends a large response quietly', async () => {
    const { stdout, stderr } = await run([], pipeline('"$0" --input=json batch | head -1'));
    expect({ stdout, stderr }).toEqual({ stdout: '---\n0 0\n', stderr: '' });
  });

  it.each(['json', 'yaml'])('ends %s quietly without a reader', async (format) => {
    const unread = await run([], pipeline(`"$0" --output=${format} --input=json batch | true`));
    expect({ stdout: unread.stdout, stderr: unread.stderr }).toEqual({ stdout: '0 0\n', stderr: '' });
  });

  it('does not hide that the call failed', async () => {
    const { stdout } = await run([], pipeline('"$0" nosuchfunction | true'));
    expect(stdout).toBe('1 0\n');
  });

  it.each([
    ['an unknown function', 'nosuch', '1'],
    ['a missing parameter', 'twofactorauth_set_issuer', '1'],
    ['an unknown option', '--nosuch', '2'],
    ['help for an unknown function', '--help nosuch', '1'],
  ])('does not hide the failure of %s if stderr is that pipe', async (_what, words, status) => {
    const { stdout } = await run([], pipeline(`"$0" ${words} 2>&1 >/dev/null | true`));
    expect(stdout).toBe(`${status} 0\n`);
  });
});

describe('a device that is full', () => {
  it.each(['--help', '--version', 'version', '--output=xml version', '--input=json batch'])(
    'makes %s fail with one short line on stderr',
    async (words) => {
      const { stdout, stderr } = await run([], pipeline(`"$0" ${words} > /dev/full`));
      expect(stdout).toBe('1\n');
      expect(stderr).toMatch(/^whmapi1: [^\n]*no space left on device[^\n]*\n$/i);
    },
  );

  it.each([
    ['nosuch', '1'],
    ['--nosuch', '2'],
    ['twofactorauth_set_issuer', '1'],
  ])('does not change the exit status of %s if stderr is that device', async (words, status) => {
    const { stdout } = await run([], pipeline(`"$0" ${words} 2> /dev/full > /dev/null`));
    expect(stdout).toBe(`${status}\n`);
  });
});

describe('a slow reader', () => {
  // perl is part of every Debian; no shell can set the flag.
  const nonBlocking = `perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die; exec @ARGV or die'`;

  it.each(['yaml', 'json'])('loses nothing of %s with a pipe that does not block', async (format) => {
    const argv = [`--output=${format}`, '--input=json', 'batch'];
    const whole = await run(argv, { state: here.state, input: LARGE });
    expect(whole.stdout.length).toBeGreaterThan(2 * 64 * 1024);
    const through = [
      'bash',
      '--norc',
      '-c',
      `${nonBlocking} "$0" "$@" | (sleep 0.3; cat); exit "\${PIPESTATUS[0]}"`,
    ];
    const slow = await run(argv, { state: here.state, input: LARGE, through });
    expect({ status: slow.status, stderr: slow.stderr }).toEqual({ status: 0, stderr: '' });
    expect(slow.stdout === whole.stdout).toBe(true);
  });

  it('loses nothing with a pipe that blocks', async () => {
    const argv = ['--input=json', 'batch'];
    const whole = await run(argv, { state: here.state, input: LARGE });
    const through = ['bash', '--norc', '-c', '"$0" "$@" | (sleep 0.3; cat)'];
    const slow = await run(argv, { state: here.state, input: LARGE, through });
    expect(slow.stdout === whole.stdout).toBe(true);
  });
});

describe('streams that are closed', () => {
  it('do not affect stored data if they were closed before the start', async () => {
    // The program’s own files must not get the descriptors of stdout and stderr.
    const through = ['sh', '-c', 'exec "$0" "$@" <&- >&- 2>&-'];
    const argv = ['twofactorauth_set_issuer', 'issuer=Example'];
    // The response is lost, as with other programs.
    expect(await run(argv, { state: here.state, through })).toMatchObject({
      status: 1,
      stdout: '',
      stderr: '',
    });
    const { lines, cut } = auditLog(here.state);
    expect({ functions: lines.map((line) => line.function), cut }).toEqual({
      functions: ['twofactorauth_set_issuer'],
      cut: [],
    });
    const read = await run(['--output=json', 'twofactorauth_get_issuer'], { state: here.state });
    expect(readAnswer(read.stdout)?.data).toMatchObject({ issuer: 'Example' });
    const told = await run(argv, { state: here.state, through: ['sh', '-c', 'exec "$0" "$@" >&-'] });
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/the call was run, but its response could not be written/),
    ]);
  });
});

describe('stdout', () => {
  it('contains only the response, without hints and usage', async () => {
    const { state } = here;
    const unknown = await run(['--output=json', 'versoin'], { state });
    expect(unknown).toEqual({
      status: 1,
      signal: null,
      stdout:
        '{"metadata":{"version":1,"reason":"Unknown app (\\"versoin\\") requested for this version (1) of the API.","result":0,"command":"versoin","error_code":"unknown_function"}}\n',
      stderr: 'Did you mean version? whmapi1 --help lists the functions.\n',
    });
    const missing = await run(['--output=json', 'twofactorauth_set_issuer'], { state });
    expect(readAnswer(missing.stdout)?.metadata.error_code).toBe('missing_param');
    expect(missing.stderr).toBe('whmapi1 twofactorauth_set_issuer --help explains the parameters.\n');
    const unreadable = await run(['--output=json', 'version', '--nosuch'], { state });
    expect({ status: unreadable.status, stdout: unreadable.stdout }).toEqual({ status: 2, stdout: '' });
    const fine = await run(['--output=json', 'version'], { state });
    expect(fine.stderr).toBe('');
  });
});

describe('a secret', () => {
  const code = '123456';
  const setWords = (secret: string, token: string) => [
    'twofactorauth_set_tfa_config',
    `secret=${secret}`,
    `tfa_token=${token}`,
  ];

  it('is not in stderr or the logs when it is stored', async () => {
    const token = await currentCode(SECRET);
    await expectKept(setWords(SECRET, token), 0, [SECRET, token]);
  });

  it('is not in stderr or the logs if the code is wrong', async () => {
    const token = await wrongCode(SECRET);
    await expectKept(setWords(SECRET, token), 1, [SECRET, token]);
  });

  it('is not in stderr or the logs, however it is sent', async () => {
    await withTerminal(async (terminal) => {
      for (const [what, words] of [
        ['that is not a secret', setWords(`${SECRET}!`, code)],
        ['beside a code that is none', setWords(SECRET, `${code}7`)],
        ['that is sent twice', [...setWords(SECRET, code), `secret=${SECRET}`]],
        ['in a mistyped parameter', ['twofactorauth_set_tfa_config', `secert=${SECRET}`, `tfa_tokn=${code}`]],
        ['for a function that takes none', ['twofactorauth_get_user_configs', `secret=${SECRET}`]],
        ['for an unknown function', ['twofactorauth_set_tfa_confg', `secret=${SECRET}`, `tfa_token=${code}`]],
        [
          'in a batch',
          ['batch', `command=twofactorauth_set_tfa_config%3Fsecret=${SECRET}%26tfa_token=${code}`],
        ],
        ['in a batch, mistyped', ['batch', `command=twofactorauth_set_tfa_config%3Fsecert=${SECRET}`]],
        [
          'in a batch without its question mark',
          ['batch', `command=twofactorauth_set_tfa_config%26secret=${SECRET}`],
        ],
        ['in a batch in a batch', ['batch', `command=batch%3Fcommand=version%3Fsecret=${SECRET}`]],
        ['in a bad escape', ['twofactorauth_set_tfa_config', `secret=${SECRET}%FF`]],
        ['as a URL', [`twofactorauth_set_tfa_config?secret=${SECRET}`]],
        ['without its name', ['twofactorauth_set_tfa_config', 'secret=', SECRET, code]],
        ['as an option', ['twofactorauth_set_tfa_config', `--secret=${SECRET}`]],
        ['as the value of an option', ['twofactorauth_set_tfa_config', '--color', `secret=${SECRET}`]],
        ['before the function', [`secret=${SECRET}`, 'twofactorauth_set_tfa_config']],
      ] as const) {
        expectNone(what, await terminal.run(...words), terminal.environment.WHMAPI1_STATE_DIR, [
          SECRET,
          code,
        ]);
      }
    });
  });

  it('is not in stderr or the logs as JSON', async () => {
    await withTerminal(async (terminal) => {
      for (const [what, json, status] of [
        ['that is stored', { bob: { primary_account: { secret: SECRET } } }, 0],
        ['of another kind', { bob: { primary: { secret: SECRET } } }, 1],
        ['without its kind', { bob: { secret: SECRET } }, 1],
        ['in place of the user’s configuration', { bob: SECRET }, 1],
        ['that is too long', { bob: { primary_account: { secret: SECRET.repeat(20) } } }, 1],
        ['in a list', { bob: [SECRET] }, 1],
        ['incomplete', `{"bob":"${SECRET}`, 2],
      ] as const) {
        terminal.stdin = typeof json === 'string' ? json : JSON.stringify(json);
        const printed = await terminal.run('--input=json', 'twofactorauth_set_tfa_config_for_user');
        expect([what, printed.status]).toEqual([what, status]);
        expectNone(what, printed, terminal.environment.WHMAPI1_STATE_DIR, [SECRET]);
      }
    });
  });

  it('is not in the logs after an unexpected error', async () => {
    await storeSecret('bob', SECRET, { state: here.state });
    breakSecrets(here.state);
    await expectKept(['twofactorauth_get_tfa_config_for_user', 'user=bob'], 1, [SECRET]);
    expect(existsSync(join(here.state, 'error.log'))).toBe(true);
  });

  /** The program in this process, with a state directory of its own. */
  async function withTerminal(work: (terminal: Terminal) => Promise<void>): Promise<void> {
    const terminal = new Terminal();
    try {
      await work(terminal);
      expect(existsSync(join(terminal.environment.WHMAPI1_STATE_DIR ?? '', 'audit.log'))).toBe(true);
    } finally {
      terminal.remove();
    }
  }

  /** Makes a call that sends `secrets`, none of which may be on stderr or in a log. */
  async function expectKept(
    words: readonly string[],
    status: number,
    secrets: readonly string[],
  ): Promise<void> {
    const result = await run(words, { state: here.state });
    expect(result.status).toBe(status);
    expectNone('', result, here.state, secrets);
  }

  function expectNone(
    what: string,
    { stderr }: { readonly stderr: string },
    state = '',
    secrets: readonly string[],
  ): void {
    const logs = ['audit.log', 'error.log'].filter((name) => existsSync(join(state, name)));
    const texts = [
      ['stderr', stderr],
      ...logs.map((name) => [name, readFileSync(join(state, name), 'utf8')]),
    ];
    for (const [place, text] of texts)
      for (const secret of secrets) expect(`${what} in ${place}: ${text}`).not.toContain(secret);
  }
});
