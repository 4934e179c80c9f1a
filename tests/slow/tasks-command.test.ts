// --tasks, --wait, --stop-task and --run-tasks of the real program, and whmapi1d as a worker.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, program, run, start } from '../support/command.ts';
import { PseudoTerminal } from '../support/pseudo-terminal.ts';
import { TaskWorkers } from '../support/task-workers.ts';

const folder = freshFolder();
let workers: TaskWorkers;
const daemons = new Set<ChildProcess>();
beforeEach(() => {
  workers = new TaskWorkers(folder.state, join(folder.path, 'events'));
});
afterEach(async () => {
  await workers.stop();
  for (const daemon of daemons) daemon.kill('SIGKILL');
  daemons.clear();
});

const whmapi1 = (...words: string[]) => run(words, { state: folder.state });

/** Writes to the database without the program. */
function sql(statement: string): void {
  const database = new Database(join(folder.state, 'store.db'));
  database.exec(statement);
  database.close();
}

async function createAccount(): Promise<void> {
  const words = [
    'username=taskuser',
    'domain=task.example',
    'password=four unusual words, Xylophone',
    'dkim=0',
    'spf=0',
  ];
  expect((await call(['createacct', ...words], { state: folder.state })).metadata.reason).toBe(
    'Account Creation Ok',
  );
}

/** Makes the timers due, as after a night. */
async function makeTimersDue(): Promise<void> {
  await whmapi1('--run-tasks');
  setTimers(0);
}

/** Sets when the two timers of these tests are next due. No other timer is due. */
function setTimers(milliseconds: number): void {
  sql(
    `UPDATE task_timer SET next_at = CASE WHEN kind IN ('measure-disk-usage', 'prune-tasks')
     THEN ${milliseconds} ELSE (unixepoch() + 3600) * 1000 END`,
  );
}

describe('a call that starts a task', () => {
  test('says that nothing runs it if there is no whmapi1d, and --wait runs it', async () => {
    const { status, stderr } = await whmapi1('convert_all_domains_to_fpm');
    expect([status, stderr]).toEqual([
      0,
      'whmapi1: whmapi1d is not running, so nothing runs the task 1 yet. “whmapi1 --wait 1” runs it and shows its ' +
        'progress, “whmapi1 --run-tasks” runs all tasks that are due.\n',
    ]);
    expect(await whmapi1('--wait', '1')).toMatchObject({ status: 0 });
  });
});

describe('--run-tasks', () => {
  test('measures the accounts each night, once', async () => {
    await createAccount();
    const first = await whmapi1('--run-tasks');
    expect(first).toMatchObject({ status: 0, stdout: '', stderr: '' });
    await makeTimersDue();
    const usage = async () => (await call(['get_disk_usage'], { state: folder.state })).data?.accounts;
    const [before] = (await usage()) as { blocks_used: number }[];
    writeFileSync(join(folder.state, 'root/home/taskuser/large'), Buffer.alloc(1_048_576));
    expect(await usage()).toEqual([before]);
    const { status, stdout } = await whmapi1('--run-tasks');
    expect(status).toBe(0);
    // The task “prune-tasks” finds nothing, and leaves no line.
    expect(stdout.trim()).toBe('task 1 (measure-disk-usage) done');
    const [after] = (await usage()) as { user: string; blocks_used: number }[];
    expect(after?.user).toBe('taskuser');
    // Creation measures the home before the last steps have written into it: at most one more block.
    const more = (after?.blocks_used ?? 0) - (before?.blocks_used ?? 0);
    expect([1024, 1028]).toContain(more);
    expect((await whmapi1('--run-tasks')).stdout).toBe('');
    const { tasks, timers } = JSON.parse((await whmapi1('--tasks', '--output=json')).stdout) as {
      tasks: { result: unknown }[];
      timers: { kind: string; next: string }[];
    };
    expect(tasks[0]).toMatchObject({ kind: 'measure-disk-usage', result: { measured: 1, failed: 0 } });
    for (const { next } of timers) {
      const ahead = Date.parse(next) - Date.now();
      expect([ahead > 0, ahead <= 25 * 3_600_000]).toEqual([true, true]);
    }
  });

  test('has the exit status 1 if a task failed, and --doctor reports it until one succeeds', async () => {
    await makeTimersDue();
    writeFileSync(join(folder.state, 'tasks'), 'in the way');
    const { status, stdout } = await whmapi1('--run-tasks');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^task 1 \(measure-disk-usage\) failed: .*tasks/m);
    const findings = async () => {
      const report = await whmapi1('--doctor', '--output=json');
      return (JSON.parse(report.stdout) as { findings: Record<string, string>[] }).findings.filter(
        (one) => one.check === 'tasks',
      );
    };
    expect(await findings()).toMatchObject([
      { severity: 'warning', command: 'whmapi1 --tasks 1' },
      { severity: 'warning', command: 'whmapi1 --tasks 2' },
    ]);
    setTimers(1000);
    expect(await findings()).toContainEqual(
      expect.objectContaining({
        message: 'Nothing runs tasks here: overdue: measure-disk-usage, prune-tasks.',
        command: 'whmapi1 --run-tasks',
      }),
    );
    rmSync(join(folder.state, 'tasks'));
    expect((await whmapi1('--run-tasks')).status).toBe(0);
    expect(await findings()).toMatchObject([{ severity: 'ok' }]);
  });

  test('removes tasks that ended a month ago, with their logs, and reuses no ID', async () => {
    await makeTimersDue();
    await whmapi1('--run-tasks');
    sql('UPDATE task SET ended_at = 1000');
    setTimers(0);
    writeFileSync(join(folder.state, 'tasks/999.log'), 'of a store that was replaced', { mode: 0o600 });
    await whmapi1('--run-tasks');
    // The number of a task that left no line is free again: nobody has seen it.
    expect((await workers.list()).map(({ id }) => id)).toEqual([2, 3]);
    expect([1, 2, 3, 999].filter((id) => existsSync(join(folder.state, `tasks/${id}.log`)))).toEqual([2, 3]);
  });

  test('without a usable store has the status 3', async () => {
    mkdirSync(folder.state, { mode: 0o755 });
    const { status, stderr } = await whmapi1('--run-tasks');
    expect([status, stderr]).toEqual([3, expect.stringContaining('is open to others')]);
  });
});

describe('--tasks', () => {
  test('lists tasks and shows one with its log', async () => {
    const id = await workers.add('sturdy', { steps: 1, ms: 1 });
    await workers.add('of-a-newer-version');
    await workers.runDue();
    const { stdout, status } = await whmapi1('--tasks');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^id +kind +state +progress +user +created +ended +message\n +1 +sturdy +done +100% +root +\S+Z +\S+Z\n/,
    );
    expect((await whmapi1('--tasks', 'state=waiting')).stdout).toMatch(
      /^id.*\n 2 .*\n\ntimer|^id.*\n +2 .*\n/,
    );
    const one = await whmapi1('--tasks', String(id));
    expect(one.stdout).toMatch(
      /^id +1\nkind +sturdy\nstate +done\n[^]*\n\n\S+Z sturdy begins\.\n\S+Z step 0\n\S+Z It is done\.\n$/,
    );
    const json = await whmapi1('--tasks', '--output=json', String(id));
    expect(JSON.parse(json.stdout)).toMatchObject({
      task: { id: 1, state: 'done', input: { steps: 1, ms: 1 }, result: { steps: 1 }, user: 'root' },
      log: [expect.any(String), expect.stringMatching(/ step 0$/), expect.any(String)],
    });
  });

  test('the Tab key offers the IDs of tasks, the newest first', async () => {
    for (let count = 0; count < 2; count++) await workers.add('prune-tasks');
    await whmapi1('--run-tasks');
    const ids = '2\tprune-tasks, done\n1\tprune-tasks, done\n';
    expect((await whmapi1('--complete', '--tasks', '')).stdout).toBe(ids);
    expect((await whmapi1('--complete', '--stop-task', '')).stdout).toBe(ids);
    expect((await whmapi1('--complete', '--wait', '')).stdout).toMatch(
      /^2\tprune-tasks, done\n1\t.*\n[a-z_]+\t/,
    );
  });

  test.each([
    [['--tasks', '0'], 2, 'Invalid word “0”'],
    [['--tasks', 'state=gone'], 2, 'Invalid state “gone”: use one of waiting, running,'],
    [['--tasks', '1', '2'], 2, 'give one ID'],
    [['--tasks', '--output=xml'], 2, '--tasks prints a table, or JSON'],
    [['--tasks', '7'], 1, 'There is no task 7.'],
    [['--tasks', '--follow'], 2, '--follow goes with --log.'],
    [['--stop-task', 'x'], 2, '“x” is not the ID of a task'],
    [['--stop-task', '7'], 1, 'There is no task 7.'],
    [['--run-tasks', '--dry-run'], 2, '--run-tasks has no dry run.'],
    [['--run-tasks', 'version'], 2, '--run-tasks accepts no function'],
    [['--run-tasks', '--tasks'], 2, '--tasks and --run-tasks cannot be given together.'],
    [['--wait'], 2, '--wait needs the ID of a task'],
    [['--wait', '7'], 1, 'There is no task 7.'],
    [['--wait', '7', '--dry-run'], 2, '--wait ID accepts nothing else.'],
    [['--wait', '--host', 'web1', 'version'], 2, '--host does not go with it'],
  ])('%j ends with the status %i', async (words, status, text) => {
    const result = await whmapi1(...words);
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe('--wait', () => {
  test('prints lines without a terminal, and has the status 0 for a task that is done', async () => {
    await workers.start();
    const id = await workers.add('sturdy', { steps: 8, ms: 20, gate: 2 });
    const { child, done } = start(['--wait', String(id)], { state: folder.state });
    let shown = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      shown += bytes.toString();
      if (shown.includes('Step 2 of 8.')) workers.isGateOpen = true;
    });
    const { status, stdout, stderr } = await done;
    expect([status, stdout]).toEqual([0, '']);
    const lines = stderr.trim().split('\n');
    expect(lines.at(-1)).toBe(`task ${id} (sturdy) is done. {"steps":8}`);
    expect(lines).toContainEqual(expect.stringMatching(/^task 1 \(sturdy\): \d+% Step \d of 8\.$/));
    expect(lines.length).toBeLessThan(12);
  });

  test('starts a worker if no server is running', async () => {
    const id = await workers.add('prune-tasks');
    expect(await whmapi1('--wait', String(id))).toMatchObject({ status: 0 });
    expect(await workers.get(id)).toMatchObject({ state: 'done', attempts: 1 });
  });

  test('makes a call first, and says so if it started no task', async () => {
    const { status, stdout, stderr } = await whmapi1('--wait', '--output=json', 'version');
    expect([status, stderr]).toEqual([0, 'whmapi1: version started no task.\n']);
    expect(stdout).toContain('"result":1');
    expect(await whmapi1('--wait', 'nosuch')).toMatchObject({ status: 1 });
  });

  test('draws a bar on a terminal, and Ctrl-C leaves the task running', async () => {
    await workers.start();
    const id = await workers.add('sturdy', { steps: 10, ms: 0, gate: 2 });
    const env = { WHMAPI1_STATE_DIR: folder.state };
    const first = new PseudoTerminal(`${program} --wait ${id}`, env);
    await first.until('Step 2 of 10.');
    expect(first.shown).toMatch(/[█=]/);
    first.type('\u0003');
    await first.until(`whmapi1: the task ${id} goes on. whmapi1 --wait ${id} follows it again`);
    expect(await first.status()).toBe(130);
    expect((await workers.get(id)).state).toBe('running');
    workers.isGateOpen = true;
    const second = new PseudoTerminal(`${program} --wait ${id}`, env);
    await second.until(`task ${id} (sturdy) is done.`);
    expect(await second.status()).toBe(0);
  });
});

describe('whmapi1d', () => {
  const daemonPath = resolve(__dirname, '../../bin/whmapi1d');

  async function startDaemon(): Promise<ChildProcess> {
    const child = spawn(daemonPath, ['--port', '0', '--log-level', 'info'], {
      env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: folder.state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    daemons.add(child);
    await once(child.stdout, 'data');
    return child;
  }

  test('runs tasks, continues those of a killed one, and ends on SIGTERM', async () => {
    const first = await startDaemon();
    const id = await workers.add('prune-tasks');
    await workers.until(id, ({ state }) => state === 'done');
    first.kill('SIGKILL');
    await once(first, 'exit');
    const lost = await workers.add('measure-disk-usage');
    sql(`UPDATE task SET state = 'running', attempts = 1, process = '1 1 gone' WHERE id = ${lost}`);
    const second = await startDaemon();
    expect(await workers.until(lost, ({ state }) => state === 'done')).toMatchObject({ attempts: 2 });
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
    expect(readFileSync(join(folder.state, `tasks/${lost}.log`), 'utf8')).toContain(
      'starts again (attempt 2)',
    );
  });
});
