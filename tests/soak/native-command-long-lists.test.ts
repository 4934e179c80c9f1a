// Long lists through the socket: the server reads them from the store as the command takes them, prints the bytes that
// the program in Node prints, and ends the reading with the command.
import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { auditLog } from '../process/state.ts';
import { isStoreRead, multiplyAccount } from '../support/accounts.ts';
import { freshFolder, run, start, type Options } from '../support/command.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const native = resolve(__dirname, '../../dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const describeNative = existsSync(native) ? describe : describe.skip;

const env = { WHMAPI1_SANDBOX: '1' };
/** About 26 MB as JSON, more than the buffers of a connection hold. */
const COUNT = 30_000;

const folder = freshFolder();
let store: string;
let server: RunningServer;

const through = { node: [process.execPath], native: ['sh', '-c', `shift; exec "${native}" "$@"`, 'sh'] };
const natively = (argv: string[], options: Options = {}) =>
  run(argv, { state: folder.state, env, through: through.native, ...options });
const inNode = (argv: string[]) => run(argv, { state: folder.state, env, through: through.node });
const lastWay = () => auditLog(folder.state).lines.at(-1)?.through;

/** The result of a call that the server has made: on a busy machine, it does not take each in time. */
async function served(argv: string[], options: Options = {}) {
  for (;;) {
    const result = await natively(argv, options);
    if (lastWay() === 'whmapi1d') return result;
  }
}

/** A call of the server whose output nobody reads yet. */
async function unread(output = 'json') {
  for (;;) {
    const before = auditLog(folder.state).lines.length;
    const started = start([`--output=${output}`, 'listaccts'], {
      state: folder.state,
      env,
      through: through.native,
    });
    started.child.stdout?.pause();
    await until(() => auditLog(folder.state).lines.length > before);
    if (lastWay() === 'whmapi1d') {
      // A change that the reading does not see, so that it can be told whether it goes on.
      expect((await inNode(['twofactorauth_set_issuer', `issuer=${before}`])).status).toBe(0);
      expect(isStoreRead(store)).toBe(true);
      return started;
    }
    started.child.kill();
    await started.done;
  }
}

async function prepare(count: number): Promise<void> {
  expect((await inNode(['createacct', 'username=a00000', 'domain=a00000.example'])).status).toBe(0);
  store = join(folder.state, 'store.db');
  multiplyAccount(store, count);
  server = await startServer(folder.state, env);
  await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
}

/** Mebibytes of memory that the server had at its peak. */
function peakOf({ child }: RunningServer): number {
  const [, kibibytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1')) ?? [];
  return Number(kibibytes) / 1024;
}

describeNative('a long list through the socket', () => {
  test('is the same in every format, and read to its end', async () => {
    await prepare(2500);
    for (const argv of [
      ['--output=json', 'listaccts'],
      ['--output=jsonpretty', 'listaccts'],
      ['--output=yaml', '--color=always', 'listaccts'],
      ['--output=xml', 'listaccts'],
      ['--output=csv', 'listaccts'],
      ['--output=table', 'listaccts'],
      ['--output=json', '--sort=-domain', 'listaccts'],
      ['--output=json', 'twofactorauth_get_user_configs'],
      ['-q', 'listaccts'],
    ]) {
      const expected = await inNode(argv);
      const { stdout, ...others } = await served(argv);
      expect([argv, stdout === expected.stdout, others]).toEqual([
        argv,
        true,
        { status: expected.status, signal: null, stderr: expected.stderr },
      ]);
      expect(isStoreRead(store)).toBe(false);
    }
    await server.stop();
  });

  test('waits for its reader, and other calls do not', async () => {
    await prepare(COUNT);
    const { stdout } = await inNode(['--output=json', 'listaccts']);
    const { child, done } = await unread();
    expect((await served(['--output=json', 'twofactorauth_set_issuer', 'issuer=other'])).status).toBe(0);
    for (let call = 0; call < 20; call++) expect((await served(['version'])).status).toBe(0);
    expect(isStoreRead(store)).toBe(true);
    child.stdout?.resume();
    expect((await done).stdout === stdout).toBe(true);
    await until(() => !isStoreRead(store));
    await server.stop();
  });

  test('ends with its reader, with an interruption, and with the command', async () => {
    await prepare(COUNT);
    const pipe = [
      'bash',
      '--norc',
      '-c',
      `shift; "${native}" "$@" | head -c 10; echo "\${PIPESTATUS[@]}"`,
      'bash',
    ];
    expect(await served(['--output=json', 'listaccts'], { through: pipe })).toEqual({
      ...{ status: 0, signal: null, stdout: '{"metadata0 0\n', stderr: '' },
    });
    await until(() => !isStoreRead(store));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      const { child, done } = await unread();
      child.kill(signal);
      child.stdout?.resume();
      expect((await done).signal).toBe(signal);
      await until(() => !isStoreRead(store));
    }
    await server.stop();
  });

  test('ends at a full disk with the sentence and the status of the program', async () => {
    await prepare(2500);
    for (const output of ['json', 'yaml', 'xml', 'csv', 'table']) {
      const full = (program: string) => ['sh', '-c', `shift; exec ${program} "$@" >/dev/full`, 'sh'];
      const argv = [`--output=${output}`, 'listaccts'];
      const expected = await run(argv, {
        ...{ state: folder.state, env },
        through: full(`"${process.execPath}" "${resolve(__dirname, '../../bin/whmapi1')}"`),
      });
      expect(expected.stderr).toContain('ENOSPC');
      expect(await served(argv, { through: full(`"${native}"`) })).toEqual(expected);
      expect(isStoreRead(store)).toBe(false);
    }
    await server.stop();
  });

  test('is incomplete if the reading fails, as the command says', async () => {
    await prepare(COUNT);
    const { child, done } = await unread();
    truncateSync(store, Math.floor(statSync(store).size / 2 / 4096) * 4096);
    child.stdout?.resume();
    const { status, stdout, stderr } = await done;
    expect([status, stdout.endsWith('}\n')]).toEqual([3, false]);
    expect(stderr).toMatch(/^whmapi1: the response is incomplete: .*store\.db.*\n/);
    await server.stop();
  });

  test.each([
    ['json', 80_000_000],
    ['table', 8_000_000],
  ])('is never in the memory of the server as a whole: %s', async (output, length) => {
    await prepare(100_000);
    for (let call = 0; call < 10; call++) await served(['--output=json', 'version']);
    const before = peakOf(server);
    const { child, done } = await unread(output);
    child.stdout?.resume();
    expect((await done).stdout.length).toBeGreaterThan(length);
    expect(peakOf(server) - before).toBeLessThan(60);
    await server.stop();
  });
});
