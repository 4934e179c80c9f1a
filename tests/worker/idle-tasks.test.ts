// Tasks of timers that found nothing to do.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask } from '../../src/core/task.ts';
import type { Json } from '../../src/core/values.ts';
import * as queue from '../../src/ground/rules/tasks/queue.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { Worker } from '../../src/worker/worker.ts';
import { Installation } from '../support/installation.ts';

const HOUR_MS = 3_600_000;

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

/** Runs a kind of task whose timer is due. @returns the tasks that are listed then, and their logs. */
async function runByTimer(result: Json | undefined, line?: string) {
  const { engine, application, state } = here;
  const kind = defineTask({
    description: 'Look.',
    whenInterrupted: 'retry',
    timer: { everyMs: HOUR_MS },
    run: (_input, { log }) => {
      if (line !== undefined) log(line);
      return Promise.resolve(result);
    },
  });
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), () => engine.now());
  const worker = () =>
    new Worker({
      ...{ engine, storeState: () => application.storeState(), logs },
      kinds: { look: () => Promise.resolve({ default: kind }) },
    });
  await worker().runDue();
  here.time += 2 * HOUR_MS;
  await worker().runDue();
  const folder = join(state, 'tasks');
  return {
    states: await here.engine.store.transaction('reads', async (db) => ({
      value: (await tasks.list(db)).map((task) => task.state),
      keep: false,
    })),
    logs: existsSync(folder) ? readdirSync(folder).length : 0,
    run: () => worker().runDue(),
  };
}

it.each([[undefined], [{}], [{ lines: 0, changed: 0 }]])(
  'leave no line and no log if they return %j',
  async (result) => {
    expect(await runByTimer(result)).toMatchObject({ states: [], logs: 0 });
  },
);

it.each([
  [{ changed: 1 }, undefined],
  [{}, 'One thing was changed.'],
])('are kept if they return %j and log %j', async (result, line) => {
  expect(await runByTimer(result, line)).toMatchObject({ states: ['done'], logs: 1 });
});

it('are kept if a call has started them, because somebody may wait for them', async () => {
  const { run } = await runByTimer({});
  const { store, now } = here.engine;
  const task = { kind: 'look', input: {}, caller: 'root', xid: 'xid123' };
  await store.transaction('changes', async (db) => ({
    value: await queue.add(db, task, { now: now() }),
    keep: true,
  }));
  await run();
  const list = await store.transaction('reads', async (db) => ({ value: await tasks.list(db), keep: false }));
  expect(list.map(({ state }) => state)).toEqual(['done']);
});
