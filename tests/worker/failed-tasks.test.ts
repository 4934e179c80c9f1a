// The reasons of tasks that failed.
import { ApiError } from '../../src/core/errors.ts';
import { defineTask } from '../../src/core/task.ts';
import * as queue from '../../src/ground/rules/tasks/queue.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { Worker } from '../../src/worker/worker.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

it('do not say that nothing was changed: that is true of their last transaction only', async () => {
  const { engine, application, state } = here;
  const kind = defineTask({
    description: 'Change something, and fail.',
    whenInterrupted: 'retry',
    async run(_input, { transaction }) {
      await transaction('changes', (db) =>
        db.run("INSERT INTO tfa_issuer (username, issuer) VALUES ('', 'New')"),
      );
      throw new ApiError('store_unavailable', 'The disk is full. Nothing was changed.');
    },
  });
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), () => engine.now());
  const { store } = engine;
  const task = { kind: 'look', input: {}, caller: 'root', xid: 'xid123' };
  await store.transaction('changes', async (db) => ({
    value: await queue.add(db, task, { now: engine.now() }),
    keep: true,
  }));
  await new Worker({
    ...{ engine, storeState: () => application.storeState(), logs },
    kinds: { look: () => Promise.resolve({ default: kind }) },
  }).runDue();
  const [failed] = await store.transaction('reads', async (db) => ({
    value: await tasks.list(db),
    keep: false,
  }));
  expect(failed).toMatchObject({ state: 'failed', reason: 'The disk is full.' });
});
