// When the virtual hosts of new accounts are confirmed.
import { confirmSoon, reportUnserved } from '../../../../src/capabilities/web/rules/confirmation.ts';
import * as queue from '../../../../src/ground/rules/tasks/queue.ts';
import * as tasks from '../../../../src/ground/rules/tasks/tasks.ts';
import type { Db } from '../../../../src/core/context.ts';
import { defineTask } from '../../../../src/core/task.ts';
import { reloadsOf } from '../../../../src/ground/driver/reloads.ts';
import { StateDirectory } from '../../../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../../../src/store/task-logs.ts';
import confirmation from '../../../../src/capabilities/web/tasks/confirm-virtual-hosts.ts';
import { Worker } from '../../../../src/worker/worker.ts';
import { Installation } from '../../../support/installation.ts';
import { until } from '../../../support/until.ts';

describe('the confirmation of virtual hosts', () => {
  let here: Installation;
  beforeEach(() => {
    here = new Installation();
  });
  afterEach(() => here.remove());
  const inStore = <T>(work: (db: Db) => Promise<T>) =>
    here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
  const kinds = () => inStore(async (db) => (await tasks.list(db)).map(({ kind }) => kind));

  it('is shared by accounts that are created shortly after each other, but not with one that has begun', async () => {
    await inStore((db) => confirmSoon(db, 1000));
    await inStore((db) => confirmSoon(db, 2000));
    expect(await kinds()).toEqual(['confirm-virtual-hosts']);
    await inStore(async (db) => {
      await queue.take(db, { process: 'p', now: 100_000, kinds: ['confirm-virtual-hosts'] });
      await confirmSoon(db, 100_000);
    });
    expect(await kinds()).toEqual(['confirm-virtual-hosts', 'confirm-virtual-hosts']);
  });

  it('keeps no other task waiting while it waits for reloads, and ends at once if its process ends', async () => {
    const { engine, state, application } = here;
    const nothing = () => Promise.resolve();
    let isUsed = () => undefined as void;
    const used = () => new Promise<void>((resume) => (isUsed = resume));
    await reloadsOf(engine.machine).request({
      ...{ key: 'web', run: nothing, swap: nothing, rollBack: nothing },
      ...{ isBlamed: () => false, isDown: () => false, later: { kind: 'websites', order: 2, used } },
    });
    const other = defineTask<unknown>({
      description: 'Work.',
      whenInterrupted: 'fail',
      run: () => Promise.resolve(undefined),
    });
    const kinds = {
      'confirm-virtual-hosts': () => Promise.resolve({ default: confirmation }),
      other: () => Promise.resolve({ default: other }),
    };
    const task = { input: {}, caller: 'root', xid: '' };
    await inStore(async (db) => {
      for (const kind of [...Array<string>(queue.MAX_RUNNING).fill('confirm-virtual-hosts'), 'other'])
        await queue.add(db, { ...task, kind }, { now: 1000, notBefore: 1000 });
    });
    const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), () => here.time);
    const worker = new Worker({ engine, kinds, logs, storeState: () => application.storeState() });
    worker.start();
    const states = () =>
      inStore(async (db) => (await tasks.list(db)).map((one) => `${one.kind} ${one.state}`));
    await until(async () => (await states()).includes('other done'), 'the other task');
    await worker.close();
    expect((await states()).toSorted()).toEqual([
      ...Array<string>(queue.MAX_RUNNING).fill('confirm-virtual-hosts waiting'),
      'other done',
    ]);
    isUsed();
  });

  it('notifies the administrators of websites that are not served', async () => {
    await inStore((db) => reportUnserved(db, ['Apache rejects its configuration: why'], 1000));
    const [task] = await inStore((db) => tasks.list(db));
    expect(task).toMatchObject({
      kind: 'send-notification',
      input: {
        subject: 'New websites are not served',
        body: 'Apache rejects its configuration: why',
      },
    });
  });
});
