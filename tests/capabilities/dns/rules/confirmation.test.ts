// When the zones of new accounts are confirmed.
import {
  confirmSoon,
  reportUnserved,
  type ConfirmZones,
} from '../../../../src/capabilities/dns/rules/confirmation.ts';
import * as queue from '../../../../src/ground/rules/tasks/queue.ts';
import * as tasks from '../../../../src/ground/rules/tasks/tasks.ts';
import type { Db } from '../../../../src/core/context.ts';
import { Installation } from '../../../support/installation.ts';

describe('the confirmation of zones', () => {
  let here: Installation;
  beforeEach(() => {
    here = new Installation();
  });
  afterEach(() => here.remove());
  const inStore = <T>(work: (db: Db) => Promise<T>) =>
    here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
  const inputs = () =>
    inStore(async (db) =>
      (await tasks.list(db)).map(({ input }) => (input as ConfirmZones).names).toSorted(),
    );

  it('is shared by zones that are created shortly after each other, but not with one that has begun', async () => {
    for (const name of ['a.example', 'b.example', 'b.example'])
      await inStore((db) => confirmSoon(db, name, 1000));
    expect(await inputs()).toEqual([['a.example', 'b.example']]);
    await inStore(async (db) => {
      await queue.take(db, { process: 'p', now: 100_000, kinds: ['confirm-zones'] });
      await confirmSoon(db, 'c.example', 100_000);
    });
    expect(await inputs()).toEqual([['a.example', 'b.example'], ['c.example']]);
  });

  it('has a thousand zones at most', async () => {
    await inStore(async (db) => {
      for (let at = 0; at < 1001; at++) await confirmSoon(db, `z${at}.example`, 1000);
      await confirmSoon(db, 'last.example', 1000);
    });
    const counts = (await inputs()).map((names) => names.length);
    expect(new Set(counts)).toEqual(new Set([1000, 2]));
  });

  it('notifies the administrators of zones that are not served', async () => {
    await inStore((db) => reportUnserved(db, ['The DNS zone “a.example” is not served. Why.'], 1000));
    const [task] = await inStore((db) => tasks.list(db));
    expect(task).toMatchObject({
      kind: 'send-notification',
      input: {
        subject: 'New DNS zones are not served',
        body: 'The DNS zone “a.example” is not served. Why.',
      },
    });
  });
});
