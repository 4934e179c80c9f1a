// A server starts its tools through a small process while it starts many. What `run` and `withLock` promise holds.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PRIVATE_FILE, SECOND_PRIVATE_FILE } from '../../src/core/machine-daemons.ts';
import { setStarter } from '../../src/machine/linux/current-starter.ts';
import { withLock } from '../../src/machine/linux/lock.ts';
import { run, runWithErrors } from '../../src/machine/linux/run.ts';
import { useToolStarter } from '../../src/machine/linux/tool-starter.ts';
import { builtScript } from '../support/built-script.ts';
import { until } from '../support/until.ts';
import { WAITING } from './waiting-tool.ts';

const program = builtScript('src/machine/linux/starter.ts');
const worker = builtScript('tests/machine-port/tool-starter-worker.ts');
const folder = mkdtempSync(join(tmpdir(), 'whmapi1-starter-'));
const lock = join(folder, 'lock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => setStarter(() => undefined));

const parentOfTools = async () => Number((await run('sh', ['-c', 'echo $PPID'])).stdout);
const isLocked = () => spawnSync('flock', ['--nonblock', lock, 'true']).status !== 0;

describe('a process that starts tools', () => {
  async function startedBy(few = 0): Promise<number> {
    useToolStarter(program.path, few);
    for (;;) {
      const parent = await parentOfTools();
      if (parent !== process.pid) return parent;
    }
  }

  test('it is the one that it should be', async () => {
    expect(readlinkSync(`/proc/${await startedBy()}/exe`)).toBe(process.execPath);
  });

  test('few tools are started by the process itself, many by the other one', async () => {
    useToolStarter(program.path, 5);
    for (let count = 0; count < 5; count++) expect(await parentOfTools()).toBe(process.pid);
    expect(await startedBy(5)).not.toBe(process.pid);
  });

  test('a tool has its words, input, output, errors and status, and a clean environment', async () => {
    await startedBy();
    const script = 'cat; echo "$1" >&2; exit 3';
    expect(await runWithErrors('sh', ['-c', script, 'sh', 'ä „“'], { input: 'ö\n', accept: [3] })).toEqual({
      status: 3,
      stdout: 'ö\n',
      stderr: 'ä „“\n',
    });
    expect((await run('env', [])).stdout).not.toContain('NODE_CHANNEL');
    await expect(run('sh', ['-c', 'echo a reason >&2; exit 1'])).rejects.toThrow('“sh” failed: a reason');
    await expect(run('no-such-tool', [])).rejects.toThrow('“no-such-tool” is not installed.');
  });

  test('a tool reads a secret from a file in memory without a name, with a lock or without one', async () => {
    const script = 'cat "$0" "$0"; readlink "$0"; stat --format=%a --dereference "$0"';
    const reads = () => run('sh', ['-c', script, PRIVATE_FILE], { privateFile: 'ö\n' });
    for (const start of [() => Promise.resolve(), startedBy]) {
      await start();
      for (const { stdout } of [await reads(), await withLock(lock, reads)])
        expect(stdout).toMatch(/^ö\nö\n\/(dev\/shm\/#\d+|memfd:private) \(deleted\)\n600\n$/);
    }
  });

  test('a tool reads a file as its input, and two secrets, with a lock or without one', async () => {
    const inputFile = join(folder, 'input');
    writeFileSync(inputFile, 'ä\n', { mode: 0o600 });
    const reads = () =>
      run('sh', ['-c', 'cat - "$0" "$1"; readlink /proc/self/fd/0', PRIVATE_FILE, SECOND_PRIVATE_FILE], {
        ...{ inputFile, privateFile: ['ö\n', 'ü\n'] },
      });
    for (const start of [() => Promise.resolve(), startedBy]) {
      await start();
      for (const { stdout } of [await reads(), await withLock(lock, reads)])
        expect(stdout).toBe(`ä\nö\nü\n${inputFile}\n`);
    }
    await expect(run('true', [], { inputFile: join(folder, 'none') })).rejects.toThrow('ENOENT');
  });

  test('large outputs arrive whole, in one piece or in several', async () => {
    await startedBy();
    const words = ['-c', 'yes äöü | head -n 1000000'];
    const { stdout } = await run('sh', words);
    expect(stdout).toHaveLength(4_000_000);
    let streamed = '';
    await run('sh', words, { onOutput: (text) => (streamed += text) });
    expect(streamed).toBe(stdout);
  });

  test('a tool is ended after its time, and once it has printed what it should', async () => {
    await startedBy();
    await expect(run('sleep', ['60'], { limitMs: 100 })).rejects.toThrow('took too long and was stopped.');
    expect(await run('sh', ['-c', 'echo done; exec sleep 60'], { until: /done/ })).toMatchObject({
      status: 0,
    });
  });

  test('a lock keeps others out until the work is done', async () => {
    await startedBy();
    const order: string[] = [];
    const work = (name: string) =>
      withLock(lock, async () => {
        order.push(name);
        expect(isLocked()).toBe(true);
        await run('sleep', ['0.1']);
        order.push(name);
      });
    await Promise.all([work('a'), work('b')]);
    expect(order[0]).toBe(order[1]);
    expect(order[2]).toBe(order[3]);
    expect(isLocked()).toBe(false);
    await expect(withLock(lock, () => run('false', []))).rejects.toThrow('“false” failed');
    expect(isLocked()).toBe(false);
    await expect(withLock(join(folder, 'none/lock'), () => Promise.resolve())).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('if the process that starts tools is killed, the work fails, and its tool keeps the lock until it has ended', async () => {
    const starter = await startedBy();
    const gate = join(folder, `starter-killed`);
    const work = withLock(lock, async () => {
      const waiting = run('sh', ['-c', WAITING, gate]);
      await until(() => existsSync(`${gate}.begun`));
      process.kill(starter, 'SIGKILL');
      await waiting;
    });
    await expect(work).rejects.toThrow(
      '“sh” may have been interrupted: The process that starts programs was ended.',
    );
    expect(isLocked()).toBe(true);
    writeFileSync(gate, '');
    await until(() => !isLocked());
    expect(await startedBy()).not.toBe(starter);
  });

  test('work that ran no tool after the process was killed fails too', async () => {
    const starter = await startedBy();
    const work = withLock(lock, async () => {
      process.kill(starter, 'SIGKILL');
      await until(() => !existsSync(`/proc/${starter}`));
    });
    await expect(work).rejects.toThrow('The process that starts programs was ended. Retry the call.');
  });

  test('if the process that starts tools is killed, the server takes the lock until its work has failed', async () => {
    const starter = await startedBy();
    const work = withLock(lock, async () => {
      process.kill(starter, 'SIGKILL');
      await until(() => !existsSync(`/proc/${starter}`));
      await until(isLocked);
      for (let times = 0; times < 5; times++) expect(isLocked()).toBe(true);
    });
    await expect(work).rejects.toThrow('The process that starts programs was ended. Retry the call.');
    await until(() => !isLocked());
  });

  test('if the server is killed, the process ends, and the running tool keeps the lock until it has ended', async () => {
    const gate = join(folder, `server-killed`);
    const server = spawn(process.execPath, [worker.path, program.path, lock, gate], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const starter = Number((await lines.next()).value);
    await until(() => existsSync(`${gate}.begun`));
    server.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${starter}`));
    expect(isLocked()).toBe(true);
    writeFileSync(gate, '');
    await until(() => !isLocked());
  });

  test('a server that has no more work ends, and the process with it', async () => {
    const gate = join(folder, `no-more-work`);
    writeFileSync(gate, '');
    const server = spawn(process.execPath, [worker.path, program.path, lock, gate], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((done) => server.once('exit', done));
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const starter = Number((await lines.next()).value);
    expect(await ended).toBe(0);
    await until(() => !existsSync(`/proc/${starter}`));
  });

  test('a tool runs as the user that is asked for, without other groups', async () => {
    if (process.getuid?.() !== 0) return;
    await startedBy();
    const as = { uid: 65_534, gid: 65_534 };
    const { stdout } = await run('sh', ['-c', 'id -u; id -G; cat'], { as, input: 'ö' });
    expect(stdout).toBe('65534\n65534\nö');
    const secret = run('cat', [PRIVATE_FILE], { as, privateFile: 'ü' });
    expect((await secret).stdout).toBe('ü');
  });

  test('a tool that cannot be loaded, and one that a signal ends, say so', async () => {
    await startedBy();
    await expect(run(folder, [])).rejects.toThrow('could not be run: EACCES.');
    await expect(run('sh', ['-c', 'kill -TERM $$'])).rejects.toThrow('“sh” was ended by the signal SIGTERM.');
  });

  test('a large input, many words and many tools at a time arrive', async () => {
    await startedBy();
    const input = 'ä'.repeat(1_000_000);
    expect((await run('cat', [], { input })).stdout).toBe(input);
    const words = Array.from({ length: 5000 }, (_, at) => `word ${at}`);
    const counts = Array.from({ length: 50 }, () => run('sh', ['-c', 'sleep 0.1; echo $#', 'sh', ...words]));
    expect((await Promise.all(counts)).map(({ stdout }) => stdout)).toEqual(counts.map(() => '5000\n'));
  });

  test('a word with NUL starts nothing', async () => {
    await startedBy();
    await expect(run('touch', [`${folder}/a\0${folder}/b`])).rejects.toThrow();
    expect(existsSync(`${folder}/a`)).toBe(false);
  });

  test('a lock that another process holds is waited for', async () => {
    await startedBy();
    const gate = join(folder, `another-holds-it`);
    const other = spawn('flock', [lock, 'sh', '-c', WAITING, gate], { stdio: 'ignore' });
    const ended = new Promise((done) => other.once('close', done));
    await until(() => existsSync(`${gate}.begun`));
    let isOurs = false;
    const work = withLock(lock, () => Promise.resolve((isOurs = true)));
    expect((await run('sleep', ['0.2'])).status).toBe(0);
    expect(isOurs).toBe(false);
    writeFileSync(gate, '');
    await Promise.all([work, ended]);
    expect(isLocked()).toBe(false);
  });
});
