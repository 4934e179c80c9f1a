// Tasks of several servers with one store: each server runs its own tasks, once, in any of its processes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { run } from '../support/command.ts';
import { TaskWorkers } from '../support/task-workers.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { startFleet } from './fleet.ts';

let database: TestDatabase;
let folder: string;
beforeEach(() => {
  const made = makeTestDatabase();
  if (made === undefined) throw new Error('Run this with `npm run test:postgres`.');
  database = made;
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-tasks-'));
});
afterEach(() => {
  database.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function workersOf(
  server: string,
  key: Uint8Array,
): { workers: TaskWorkers; env: Record<string, string>; state: string } {
  const state = join(folder, server);
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(state, 'secret.key'), key, { mode: 0o600 });
  const env = { WHMAPI1_STORE_URL: database.url, WHMAPI1_SERVER_NAME: server };
  return { workers: new TaskWorkers(state, join(folder, `${server}.events`), env), env, state };
}

test('two workers on each of two servers run the tasks of their own server, each once', async () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const servers = ['web1', 'web2'].map((name) => workersOf(name, key));
  try {
    for (const { workers } of servers) await workers.start();
    for (const { workers } of servers) await workers.start();
    const added = await Promise.all(
      servers.map(({ workers }) => workers.addMany(40, 'sturdy', { steps: 1, ms: 5 })),
    );
    for (const [at, { workers }] of servers.entries()) {
      const ids = added[at] ?? [];
      await workers.untilAllEnded();
      const begun = workers.events().filter(({ event }) => event === 'begin');
      expect(begun.map(({ id }) => id).sort((a, b) => a - b)).toEqual(ids);
    }
    expect(
      await rows('SELECT server, attempts::int, COUNT(*)::int AS count FROM task GROUP BY 1, 2 ORDER BY 1'),
    ).toEqual([
      { server: 'web1', attempts: 1, count: 40 },
      { server: 'web2', attempts: 1, count: 40 },
    ]);
  } finally {
    for (const { workers } of servers) await workers.stop();
  }
});

test('a killed worker’s task is run again by its own server, and stopped from another one', async () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const [web1, web2] = [workersOf('web1', key), workersOf('web2', key)];
  try {
    const first = await web1.workers.start();
    await web2.workers.start();
    const id = await web1.workers.add('sturdy', { steps: 3, ms: 50, gate: 2 });
    await web1.workers.until(id, ({ progress }) => progress > 0);
    first.child.kill('SIGKILL');
    await first.ended;
    await web1.workers.start();
    await web1.workers.until(id, ({ attempts, progress }) => attempts === 2 && progress > 0);
    const stopped = await run(['--stop-task', String(id)], web2);
    expect(stopped).toMatchObject({ status: 0 });
    const waited = await run(['--wait', String(id)], web2);
    expect([waited.status, waited.stderr]).toEqual([
      1,
      expect.stringContaining('is stopped: The task was stopped'),
    ]);
    const shown = await run(['--tasks', String(id)], web2);
    expect(shown.stderr).toBe('whmapi1: the log is on the server “web1”.\n');
    expect((await run(['--tasks', String(id)], web1)).stdout).toContain('starts again (attempt 2)');
    const processes = new Set(web1.workers.events().map((one) => one.process));
    expect(processes.size).toBe(2);
    expect(web2.workers.events()).toEqual([]);
  } finally {
    await web1.workers.stop();
    await web2.workers.stop();
  }
});

/** Other timers are left out. */
const OF_TEST = "kind IN ('measure-disk-usage', 'prune-tasks')";

test('servers of a fleet have their own timers, which are removed when a server is forgotten', async () => {
  const { members, remove } = await startFleet(database.url, 2);
  try {
    const end = Date.now() + 60_000;
    let timers: Record<string, unknown>[] = [];
    while (timers.length < 4 && Date.now() < end) {
      timers = await rows(`SELECT server, kind FROM task_timer WHERE ${OF_TEST} ORDER BY server, kind`);
    }
    expect(timers).toEqual([
      { server: 'web1', kind: 'measure-disk-usage' },
      { server: 'web1', kind: 'prune-tasks' },
      { server: 'web2', kind: 'measure-disk-usage' },
      { server: 'web2', kind: 'prune-tasks' },
    ]);
    await rows('UPDATE task_timer SET next_at = 0');
    // A task that finds nothing, as “prune-tasks” does here, leaves no line: its timer shows that it was started.
    let due = timers;
    let done: Record<string, unknown>[] = [];
    while ((due.length > 0 || done.length < 2) && Date.now() < end) {
      due = await rows(`SELECT server, kind FROM task_timer WHERE ${OF_TEST} AND next_at = 0`);
      done = await rows(
        `SELECT server, kind FROM task WHERE state = 'done' AND ${OF_TEST} ORDER BY server, kind`,
      );
    }
    expect(due).toEqual([]);
    expect(done).toEqual(timers.filter(({ kind }) => kind === 'measure-disk-usage'));
    const [web1, web2] = members;
    await web2?.end();
    await rows("DELETE FROM audit_record WHERE server = 'web2'");
    const forgotten = await run(['--forget-server', 'web2'], {
      state: web1?.state,
      env: web1?.environment ?? {},
    });
    expect(forgotten).toMatchObject({ status: 0 });
    expect(await rows('SELECT DISTINCT server FROM task_timer')).toEqual([{ server: 'web1' }]);
    expect(await rows('SELECT DISTINCT server FROM task')).toEqual([{ server: 'web1' }]);
  } finally {
    await remove();
  }
});
