// The native command, dist/whmapi1, with a server and without: it prints what the program in Node prints.
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freshFolder, run, start, type Options, type Result } from '../support/command.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { auditLog } from '../process/state.ts';

const top = resolve(__dirname, '../..');
const native = join(top, 'dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const describeNative = existsSync(native) ? describe : describe.skip;

/** The bytes of arguments and variables, and those of standard input, that the command sends. */
const MOST = 2 * 1024 * 1024;

const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

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

/** In a mount namespace of its own, after these commands of the shell. */
function mounting(commands: string): string[] {
  const script = `set -e; ${commands}; exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
}

async function serve(through?: readonly string[]): Promise<void> {
  server = await startServer(folder.state, {}, through);
  const socket = join(folder.state, 'command.sock');
  await until(() => existsSync(socket));
  // A server that has just started is slow at first, and the command then makes the call itself.
  await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
  expect(statSync(socket).mode & 0o777).toBe(0o600);
}

describeNative('the native command', () => {
  test('makes a call itself if no server runs', async () => {
    const { stdout } = await natively(['--version', '--verbose']);
    expect(stdout).toMatch(/^\d.*\nThe command ran in its own process\.\nCalls are for .*\.\n$/);
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
      // Almost as long as Linux allows.
      ['version', ...Array.from({ length: 15 }, (_one, at) => `a${at}=${'x'.repeat(120_000)}`)],
    ];
    for (const argv of lines) {
      const expected = await inNode(argv);
      await until(async () => {
        const before = auditLog(folder.state).lines.length;
        expect([argv.join(' ').slice(0, 80), await natively(argv)]).toEqual([
          argv.join(' ').slice(0, 80),
          expected,
        ]);
        const [line] = auditLog(folder.state).lines.slice(before);
        return line === undefined || line.through === 'whmapi1d';
      });
    }
  });

  test('sends the server its standard input if the call reads it', async () => {
    await serve();
    const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const lines: [string[], Options][] = [
      [['--input=json', 'twofactorauth_policy_status'], { input: '{"a":1}' }],
      [['--input=json', 'twofactorauth_policy_status'], { input: '{}' }],
      [['--file', 'secret=-', 'twofactorauth_set_tfa_config', 'tfa_token=1'], { input: `${SECRET}\n` }],
      [['--file', 'issuer=-', 'twofactorauth_set_issuer'], { input: 'x'.repeat(MOST) }],
      [['--file', 'issuer=-', 'twofactorauth_set_issuer'], { input: '' }],
    ];
    for (const [argv, options] of lines) {
      const expected = await inNode(argv, options);
      await until(async () => {
        expect([argv, await natively(argv, options)]).toEqual([argv, expected]);
        return auditLog(folder.state).lines.at(-1)?.through === 'whmapi1d';
      });
    }
  });

  test('leaves standard input as it was to a call that does not read it, and to Node', async () => {
    await serve();
    const rest = (words: string) => ['sh', '-c', `shift; "${native}" ${words} >/dev/null; cat`, 'sh'];
    await until(async () => {
      const { stdout } = await run([], { state: folder.state, input: 'left', through: rest('version') });
      expect(stdout).toBe('left');
      return auditLog(folder.state).lines.at(-1)?.through === 'whmapi1d';
    });
    // The server asks for the input, and stops before it comes.
    const end = join(folder.path, 'end');
    const input = `until [ -e '${end}' ]; do sleep 0.1; done; echo another-issuer`;
    const { child, done } = start(['--file', 'issuer=-', 'twofactorauth_set_issuer'], {
      ...{ state: folder.state, through: ['sh', '-c', `shift; { ${input}; } | "${native}" "$@"`, 'sh'] },
    });
    await once(child, 'spawn');
    await server?.stop();
    server = undefined;
    writeFileSync(end, '');
    expect((await done).status).toBe(0);
    expect(auditLog(folder.state).lines.at(-1)).toMatchObject({
      function: 'twofactorauth_set_issuer',
      result: 1,
    });
    expect(auditLog(folder.state).lines.at(-1)?.through).toBeUndefined();
    expect((await inNode(['twofactorauth_get_issuer'])).stdout).toContain('another-issuer');
  });

  testAsRoot('hands calls to a server with other mounts, unless they look at the machine', async () => {
    await serve();
    const lastWay = () => auditLog(folder.state).lines.at(-1)?.through;
    const apart = async (argv: string[]) => {
      const through = ['unshare', '--mount', 'sh', '-c', `shift; exec "${native}" "$@"`, 'sh'];
      const result = await run(argv, { state: folder.state, through });
      return { result, way: lastWay() };
    };
    for (const argv of [['version'], ['gethostname'], ['listaccts'], ['twofactorauth_disable_policy']]) {
      const expected = await inNode(argv);
      await until(async () => {
        const { result, way } = await apart(argv);
        expect([argv, result]).toEqual([argv, expected]);
        return way === 'whmapi1d';
      });
    }
    for (const argv of [
      ['getdiskusage'],
      ['listips'],
      ['dumpzone', 'domain=nosuch.example'],
      ['quota_enabled'],
    ]) {
      expect([argv, (await apart(argv)).way]).toEqual([argv, undefined]);
    }
    expect((await apart(['--version', '--verbose'])).result.stdout).toContain('\nThe command ran in ');
  });

  test('hands createacct to a server that sees the same files, unless script hooks are enabled', async () => {
    await serve();
    let count = 0;
    const create = (name: string) => ['createacct', `username=${name}`, `domain=${name}.example`];
    /** How the next account is created: the stages of the call in the audit log, and who made them. */
    const ways = async () => {
      count += 1;
      const { status, stdout } = await natively(create(`user${count}`));
      expect([status, stdout]).toEqual([0, expect.stringContaining('Account Creation Ok')]);
      const lines = auditLog(folder.state).lines.slice(-2);
      return lines.map(({ stage, through }) => [stage, through]);
    };
    // The first calls may be too slow for the server to accept them.
    let found: unknown[][] = [];
    await until(async () => (found = await ways()).every(([, through]) => through === 'whmapi1d'));
    expect(found).toEqual([
      ['begun', 'whmapi1d'],
      [undefined, 'whmapi1d'],
    ]);
    expect(await natively(create('user1'))).toEqual(await inNode(create('user1')));
    const event = ['--category', 'Whostmgr', '--event', 'Accounts::Create', '--stage', 'post'];
    const added = await natively(['--hook', 'add', 'script', '/bin/true', '--manual', ...event]);
    expect(added).toMatchObject({ status: 0, stderr: '' });
    expect(await ways()).toEqual([
      ['begun', undefined],
      [undefined, undefined],
    ]);
  });

  testAsRoot('hands createacct to a server with other mounts that show the same files', async () => {
    /** Everything of the root directory, in a folder, as far as it is not a link. */
    const copy = `mkdir '${folder.path}/root'; cd /; for name in *; do
        if [ -L "$name" ]; then cp -a "$name" '${folder.path}/root/';
        elif [ -d "$name" ]; then mkdir '${folder.path}/root/'"$name"; mount --rbind "$name" '${folder.path}/root/'"$name"; fi
      done`;
    let count = 0;
    /** Which process creates an account, if the command is started with these mounts. */
    const wayWith = async (commands: string, become = '') => {
      count += 1;
      const through = [...mounting(commands), 'sh', '-c', `shift; exec ${become} "${native}" "$@"`, 'sh'];
      const argv = ['createacct', `username=user${count}`, `domain=user${count}.example`];
      const { status, stdout, stderr } = await run(argv, { state: folder.state, through });
      expect([commands, status, stdout + stderr]).toEqual([
        commands,
        0,
        expect.stringContaining('Account Creation Ok'),
      ]);
      return auditLog(folder.state).lines.at(-1)?.through;
    };
    // As systemd starts the server: a part of the machine is read-only, and /var/tmp is its own.
    const hardened = [
      'mount -t tmpfs tmpfs /var/tmp',
      'mount --bind /usr /usr; mount -o remount,bind,ro /usr',
      'mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys',
    ];
    await serve(mounting(hardened.join('; ')));
    await until(async () => (await wayWith('true')) === 'whmapi1d');
    const same = [
      'mount --bind /etc /etc',
      'mount -t tmpfs tmpfs /var/tmp',
      'mount --rbind / /mnt; umount -R -l /mnt',
    ];
    for (const commands of same) {
      await until(async () => (await wayWith(commands)) === 'whmapi1d');
    }
    const others = [
      'mount -t tmpfs tmpfs /home',
      'mount --bind /etc/hostname /etc/passwd',
      'mount --bind /etc /mnt',
    ];
    for (const commands of others) expect([commands, await wayWith(commands)]).toEqual([commands, undefined]);
    expect(await wayWith(copy, `chroot '${folder.path}/root'`)).toBeUndefined();
    // The server could not write where the command can.
    await server?.stop();
    await serve(mounting('mount --bind /home /home; mount -o remount,bind,ro /home'));
    expect(await wayWith('true')).toBeUndefined();
    await until(
      async () => (await wayWith('mount --bind /home /home; mount -o remount,bind,ro /home')) === 'whmapi1d',
    );
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
      [['--file', 'secret=/etc/hostname', 'twofactorauth_set_tfa_config', 'tfa_token=1']],
      [
        ['--file', 'secret=-', '--file', 'tfa_token=/etc/hostname', 'twofactorauth_set_tfa_config'],
        { input: 'x' },
      ],
      [['--input=json', 'twofactorauth_policy_status'], { input: '{"a":' }],
      [['--file', 'issuer=-', 'twofactorauth_set_issuer'], { input: 'x'.repeat(MOST + 1) }],
      [['--file', 'issuer=-', 'removeacct', 'user=nobody'], { input: 'x' }],
      [['removeacct', 'user=nobody']],
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
        const through = (command: string, to: string) => (): Promise<Result> =>
          run([], {
            state: folder.state,
            through: ['sh', '-c', `${command} ${words} ${to}; echo "$?" >&2`],
          });
        // Node itself would open a closed output, for writing, so that nothing tells that the response is lost.
        const [own, expected] = await Promise.all([
          through(native, sink)(),
          through(`${process.execPath} ${join(top, 'bin/whmapi1')}`, sink.replace(/^>&-/, '1</dev/null'))(),
        ]);
        expect([sink, words, own]).toEqual([sink, words, expected]);
      }
    }
  });
});
