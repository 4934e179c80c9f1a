// The native command, dist/whmapi1, with a server and without: it prints what the program in Node prints.
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freshFolder, run, type Options, type Result } from '../support/command.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { auditLog } from '../process/state.ts';

const top = resolve(__dirname, '../..');
const native = join(top, 'dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const describeNative = existsSync(native) ? describe : describe.skip;

const folder = freshFolder();
let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Starts the native command itself, and the program in Node. */
const natively = (argv: string[], options: Options = {}) =>
  run(argv, { state: folder.state, through: ['sh', '-c', `shift; exec "${native}" "$@"`, 'sh'], ...options });
const inNode = (argv: string[], options: Options = {}) =>
  run(argv, { state: folder.state, through: [process.execPath], ...options });

async function serve(): Promise<void> {
  server = await startServer(folder.state);
  const socket = join(folder.state, 'command.sock');
  await until(() => existsSync(socket));
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  // A server that has just started is slow at first, and the command then makes the call itself.
  await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
}

describeNative('the native command', () => {
  test('makes a call itself if no server runs', async () => {
    const { stdout } = await natively(['--version', '--verbose']);
    expect(stdout).toMatch(/^\d.*\nThe command ran in its own process\.\n$/);
    expect(await natively(['version'])).toEqual(await inNode(['version']));
    expect(await run(['--version'], { state: folder.state })).toEqual(await inNode(['--version']));
  });

  test('hands calls to the server, whose audit line says so', async () => {
    await serve();
    const lines: string[][] = [
      ['version'],
      ['--output=json', 'applist'],
      ['--output=xml', 'twofactorauth_policy_status'],
      ['twofactorauth_set_tfa_config', 'secret=no', 'tfa_token=1'],
      ['-q', 'twofactorauth_enable_policy'],
      ['--output=table', 'listaccts'],
      ['--output=csv', '--fields=name', 'listpkgs'],
      ['--user=nobody', 'version'],
      ['--dry-run', 'twofactorauth_enable_policy'],
    ];
    for (const argv of lines) {
      const expected = await inNode(argv);
      await until(async () => {
        const before = auditLog(folder.state).lines.length;
        expect([argv, await natively(argv)]).toEqual([argv, expected]);
        const [line] = auditLog(folder.state).lines.slice(before);
        return line === undefined || line.through === 'whmapi1d';
      });
    }
  });

  test('makes the calls itself that are not for the server', async () => {
    await serve();
    const lines: [string[], Options?][] = [
      [[]],
      [['--help']],
      [['nosuch']],
      [['version', 'no-equals']],
      [['--output=yam', 'version']],
      [['--verbose', 'version']],
      [['get_market_providers_list']],
      [['--input=json', 'twofactorauth_policy_status'], { input: '{"a":1}' }],
      [['--file', 'secret=-', 'twofactorauth_set_tfa_config', 'tfa_token=1'], { input: 'x' }],
      [['createacct', 'username=', 'domain=x']],
      [['version'], { env: { WHMAPI1_HOST: 'nowhere.invalid:1' } }],
      [['version'], { env: { TZ: 'Asia/Tokyo' } }],
    ];
    for (const [argv, options] of lines) {
      expect([argv, await natively(argv, options)]).toEqual([argv, await inNode(argv, options)]);
    }
    expect(auditLog(folder.state).lines.filter(({ through }) => through !== undefined)).toEqual([]);
  });

  test('prints to closed and full outputs as the program does', async () => {
    await serve();
    const sinks = ['>/dev/full', '>&-', '| head -c 3', '2>/dev/full >/dev/full', '>&- 2>&- <&-'];
    for (const sink of sinks) {
      for (const words of [
        'applist',
        '--output=table listaccts',
        'twofactorauth_set_tfa_config',
        '--version',
      ]) {
        const through = (command: string) => (): Promise<Result> =>
          run([], {
            state: folder.state,
            through: ['sh', '-c', `${command} ${words} ${sink}; echo "$?" >&2`],
          });
        const [own, expected] = await Promise.all([
          through(native)(),
          through(`${process.execPath} ${join(top, 'bin/whmapi1')}`)(),
        ]);
        expect([sink, words, own]).toEqual([sink, words, expected]);
      }
    }
  });
});
