// When the virtual hosts of new accounts are confirmed.
import { confirmSoon, reportUnserved } from '../../../src/model/web/confirmation.ts';
import * as queue from '../../../src/model/tasks/queue.ts';
import * as tasks from '../../../src/model/tasks/tasks.ts';
import type { Db } from '../../../src/core/context.ts';
import { Installation } from '../../support/installation.ts';

describe('the confirmation of virtual hosts', () => {
  let here: Installation;
  beforeEach(() => {
    here = new Installation();
  });
  afterEach(() => {
    here.remove();
  });
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
