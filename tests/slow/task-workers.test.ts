// Tasks in worker processes: each is run by one worker; kills, stops, retries, logs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_RUNNING } from '../../src/ground/rules/tasks/queue.ts';
import { MAX_TASK_LOG_BYTES } from '../../src/store/task-logs.ts';
import { freshFolder, run } from '../support/command.ts';
import { TaskWorkers, type Event } from '../support/task-workers.ts';
import { until } from '../support/until.ts';
import { auditLog, modeOf } from '../process/state.ts';

const folder = freshFolder();
let workers: TaskWorkers;
beforeEach(() => {
  workers = new TaskWorkers(folder.state, join(folder.path, 'events'));
});
afterEach(() => workers.stop());

const whmapi1 = (...words: string[]) => run(words, { state: folder.state });
const logOf = (id: number) => readFileSync(join(folder.state, `tasks/${id}.log`), 'utf8');

/** The maximum number of tasks that had started and not ended at one time. */
function mostAtOnce(events: readonly Event[]): number {
  let [now, most] = [0, 0];
  for (const { event } of events) most = Math.max(most, (now += event === 'begin' ? 1 : -1));
  return most;
}

test('three workers start each task once, and no more at once than the limit', async () => {
  await Promise.all([workers.start(), workers.start(), workers.start()]);
  const ids = await workers.addMany(MAX_RUNNING + 2, 'sturdy', { steps: 1, ms: 50, gate: 0 });
  await until(() => workers.events().length === MAX_RUNNING, 'as many had begun as may');
  workers.isGateOpen = true;
  await workers.untilAllEnded();
  // All of them wait for each group of tasks.
  const processes = () => new Set(workers.events().map((one) => one.process));
  for (let burst = 0; burst < 7 || processes().size === 1; burst++) {
    ids.push(...(await workers.addMany(MAX_RUNNING + 2, 'sturdy', { steps: 1, ms: 50 })));
    await workers.untilAllEnded();
  }
  const events = workers.events();
  for (const event of ['begin', 'end']) {
    const seen = events.filter((one) => one.event === event).map(({ id }) => id);
    expect(seen.sort((a, b) => a - b)).toEqual(ids);
  }
  expect(mostAtOnce(events)).toBe(MAX_RUNNING);
  for (const task of await workers.list()) {
    expect(task).toMatchObject({
      state: 'done',
      progress: 100,
      result: { steps: 1 },
      attempts: 1,
      process: '',
    });
  }
  const lines = auditLog(folder.state).lines.filter((line) => line.function === 'task sturdy');
  expect(lines).toHaveLength(ids.length);
  expect(lines[0]).toMatchObject({ caller: 'root', xid: 'xid123', result: 1 });
});

test('of a kind that runs alone, the tasks run one after the other, beside tasks of other kinds', async () => {
  await Promise.all([workers.start(), workers.start()]);
  const ids = await workers.addMany(3, 'alone', { steps: 1, ms: 50, gate: 0 });
  const others = await workers.addMany(2, 'sturdy', { steps: 1, ms: 50 });
  const ofAlone = () => workers.events().filter(({ id }) => ids.includes(id));
  const ended = () => workers.events().filter(({ id, event }) => others.includes(id) && event === 'end');
  await until(() => ended().length === 2 && ofAlone().length > 0, 'the other tasks had ended');
  expect(ofAlone().map(({ event }) => event)).toEqual(['begin']);
  workers.isGateOpen = true;
  await workers.untilAllEnded();
  expect(ofAlone()).toHaveLength(6);
  expect(mostAtOnce(ofAlone())).toBe(1);
});

test('if a worker is killed, the next one restarts its tasks or marks them as failed', async () => {
  const first = await workers.start();
  const sturdy = await workers.add('sturdy', { steps: 4, ms: 50, gate: 2 });
  const fragile = await workers.add('fragile', { steps: 4, ms: 50, gate: 2 });
  await workers.until(sturdy, ({ progress }) => progress >= 25);
  await until(() => logOf(sturdy).includes(' step 1\n'), 'the second step was logged');
  await workers.until(fragile, ({ state }) => state === 'running');
  first.child.kill('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');
  expect((await whmapi1('--tasks', 'state=interrupted')).stdout.match(/ interrupted /g)).toHaveLength(2);
  workers.isGateOpen = true;
  expect(await workers.runDue()).toBe(0);
  expect(await workers.get(sturdy)).toMatchObject({ state: 'done', attempts: 2 });
  expect(await workers.get(fragile)).toMatchObject({
    state: 'failed',
    reason: 'The process that ran it ended before the work was done.',
  });
  const begun = workers
    .events()
    .filter(({ event }) => event === 'begin')
    .map(({ id }) => id);
  expect(begun.sort((a, b) => a - b)).toEqual([sturdy, sturdy, fragile].sort((a, b) => a - b));
  expect(logOf(sturdy)).toMatch(
    / sturdy begins\.\n(?:.*\n)*\S+ step 1\n(?:.*\n)*\S+ sturdy starts again \(attempt 2\)\.\n/,
  );
});

test('a task that ends its process each time is not restarted for ever', async () => {
  const id = await workers.add('sturdy', { steps: 1, ms: 0, gate: 0 });
  for (let attempt = 1; attempt <= 5; attempt++) {
    const { child, ended } = await workers.start();
    await workers.until(id, (task) => task.attempts === attempt && task.state === 'running');
    child.kill('SIGKILL');
    await ended;
  }
  await workers.runDue();
  expect(await workers.get(id)).toMatchObject({ state: 'failed', attempts: 5 });
});

test('a worker that is told to end returns restartable tasks to the queue, and stops the others', async () => {
  const { child, ended } = await workers.start();
  const sturdy = await workers.add('sturdy', { steps: 3, ms: 50, gate: 2 });
  const fragile = await workers.add('fragile', { steps: 3, ms: 50, gate: 2 });
  for (const id of [sturdy, fragile]) await workers.until(id, ({ progress }) => progress > 0);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const reason = 'The program that ran the task was stopped.';
  expect(await workers.get(sturdy)).toMatchObject({ state: 'waiting', attempts: 0, process: '', reason });
  expect(await workers.get(fragile)).toMatchObject({ state: 'stopped', reason });
});

test('--stop-task stops running and waiting tasks, and no others', async () => {
  await workers.start();
  const id = await workers.add('sturdy', { steps: 3, ms: 50, gate: 2 });
  await workers.until(id, ({ progress }) => progress > 0);
  const asked = await whmapi1('--stop-task', String(id));
  expect([asked.status, asked.stdout]).toEqual([
    0,
    `The task ${id} was asked to stop. whmapi1 --wait ${id} waits until it has.\n`,
  ]);
  const waited = await whmapi1('--wait', String(id));
  expect(waited.status).toBe(1);
  expect(waited.stderr).toContain(`task ${id} (sturdy) is stopped: The task was stopped while it ran.`);
  expect(workers.events().map(({ event }) => event)).toEqual(['begin', 'stop']);
  const unknown = await workers.add('of-a-newer-version');
  expect((await whmapi1('--stop-task', String(unknown))).stdout).toBe(
    `The task ${unknown} is stopped. It had not started.\n`,
  );
  const again = await whmapi1('--stop-task', String(id));
  expect([again.status, again.stderr]).toEqual([
    1,
    `whmapi1: The task ${id} has already ended: it is stopped.\n`,
  ]);
});

test('a failure is retried as its kind defines; unexpected errors are only in the error log', async () => {
  await workers.start();
  const refused = await workers.add('refused');
  const broken = await workers.add('broken');
  const caller = await workers.add('caller');
  const ended = await workers.until(refused, ({ state }) => state === 'failed');
  expect(ended).toMatchObject({ attempts: 3, reason: 'There is no such thing.', process: '' });
  const times = workers.events().map(({ time }) => time);
  expect(times).toHaveLength(3);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(100);
  const { reason } = await workers.until(broken, ({ state }) => state === 'failed');
  expect(reason).toMatch(/^\(XID xid123\) An unexpected error occurred\. .*error\.log/);
  expect(`${reason} ${logOf(broken)}`).not.toContain('s3cret');
  expect(readFileSync(join(folder.state, 'error.log'), 'utf8')).toContain('s3cret');
  expect(await workers.until(caller, ({ state }) => state === 'done')).toMatchObject({ result: 1 });
});

test('a kind that a version does not know is left to a version that does', async () => {
  const id = await workers.add('of-a-newer-version');
  expect(await workers.runDue()).toBe(0);
  expect((await workers.get(id)).state).toBe('waiting');
});

test('the log is private, escaped and limited', async () => {
  const id = await workers.add('wordy');
  expect(await workers.runDue()).toBe(0);
  expect((await workers.get(id)).state).toBe('done');
  const path = join(folder.state, `tasks/${id}.log`);
  expect([modeOf(path), modeOf(join(folder.state, 'tasks'))]).toEqual(['600', '700']);
  const log = logOf(id);
  expect(log.length).toBeLessThanOrEqual(MAX_TASK_LOG_BYTES + 200);
  expect(log.split('\n')[1]).toMatch(/^\S+Z red: \\u\{1b\}\[31m\\u\{a\}red$/);
  expect(log).toMatch(/ The log has reached its limit of 1 MiB\. Further lines are left out\.\n$/);
});
