// A server starts its tools through a small process while it starts many. What `run` and `withLock` promise holds.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { setStarter } from '../../src/machine/linux/current-starter.ts';
import { withLock } from '../../src/machine/linux/lock.ts';
import { run, runWithErrors } from '../../src/machine/linux/run.ts';
import { useToolStarter } from '../../src/machine/linux/tool-starter.ts';
import { builtScript } from '../support/built-script.ts';

const program = builtScript('src/machine/linux/starter.ts');
const worker = builtScript('tests/machine-port/tool-starter-worker.ts');
const folder = mkdtempSync(join(tmpdir(), 'whmapi1-starter-'));
const lock = join(folder, 'lock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => setStarter(() => undefined));

const parentOfTools = async () => Number((await run('sh', ['-c', 'echo $PPID'])).stdout);
const isLocked = () => spawnSync('flock', ['--nonblock', lock, 'true']).status !== 0;

async function startedBy(few = 0): Promise<number> {
  useToolStarter(program.path, few);
  for (;;) {
    const parent = await parentOfTools();
    if (parent !== process.pid) return parent;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 500) throw new Error('It did not become so.');
    await pause(20);
  }
}

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
  expect(await run('sh', ['-c', 'echo done; exec sleep 60'], { until: /done/ })).toMatchObject({ status: 0 });
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
  const work = withLock(lock, async () => {
    const sleeping = run('sleep', ['1']);
    await pause(200);
    process.kill(starter, 'SIGKILL');
    await sleeping;
  });
  await expect(work).rejects.toThrow(
    '“sleep” may have been interrupted: The process that starts programs was ended.',
  );
  expect(isLocked()).toBe(true);
  await until(() => !isLocked());
  expect(await startedBy()).not.toBe(starter);
});

test('work that ran no tool after the process was killed fails too', async () => {
  const starter = await startedBy();
  const work = withLock(lock, async () => {
    process.kill(starter, 'SIGKILL');
    await pause(200);
  });
  await expect(work).rejects.toThrow('The process that starts programs was ended. Retry the call.');
});

test('if the server is killed, the process ends, and the running tool keeps the lock until it has ended', async () => {
  const server = spawn(process.execPath, [worker.path, program.path, lock, '3'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const starter = Number((await lines.next()).value);
  await lines.next();
  await pause(200);
  server.kill('SIGKILL');
  await until(() => !existsSync(`/proc/${starter}`));
  expect(isLocked()).toBe(true);
  await until(() => !isLocked());
});

test('a server that has no more work ends, and the process with it', async () => {
  const server = spawn(process.execPath, [worker.path, program.path, lock, '0.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => server.once('exit', done));
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const starter = Number((await lines.next()).value);
  expect(await ended).toBe(0);
  await until(() => !existsSync(`/proc/${starter}`));
});
