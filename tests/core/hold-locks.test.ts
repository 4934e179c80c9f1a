// Locks that are held for work without a plan.
import { dispatch } from '../../src/core/dispatch.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import { ApiError } from '../../src/core/errors.ts';
import { withLocks } from '../../src/core/hold-locks.ts';
import { exclusive } from '../../src/core/plan.ts';
import { root } from '../../src/app/app.ts';
import { callUntilItWaits, whenItWaits } from '../support/at-the-same-time.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

const locks = [exclusive('account bob')];
const holder = () => ({ xid: 'xid123', caller: 'root', signal: new AbortController().signal });
const suspend = () => callUntilItWaits(here, 'suspendacct', { user: 'bob' });

const entries = () =>
  here.engine.store.transaction('reads', async (db) => ({
    value: await here.engine.journal.list(db),
    keep: false,
  }));

describe('withLocks', () => {
  it('lets calls that need the locks wait, and others not', async () => {
    let hasEnded = false;
    let suspended: Promise<Envelope> | undefined;
    await withLocks(here.engine, locks, holder(), async () => {
      ({ end: suspended } = await suspend());
      void suspended.then(() => (hasEnded = true));
      expect(
        (await here.call('createacct', { username: 'ann', domain: 'ann.example' })).metadata.result,
      ).toBe(1);
      expect(hasEnded).toBe(false);
    });
    expect(await suspended).toMatchObject({ metadata: { result: 1 } });
  });

  it('returns what the work returns, throws what it throws, and leaves no locks', async () => {
    expect(await withLocks(here.engine, locks, holder(), async () => 42)).toBe(42);
    const broken = withLocks(here.engine, locks, holder(), () => Promise.reject(new Error('no disk')));
    await expect(broken).rejects.toThrow('no disk');
    expect(await entries()).toEqual([]);
  });

  it('waits for a call that has them', async () => {
    const order: string[] = [];
    const { engine } = here;
    const waits = whenItWaits(here);
    let second: Promise<number> | undefined;
    await withLocks(engine, locks, holder(), async () => {
      second = withLocks(here.engine, locks, holder(), async () => order.push('second'));
      await waits;
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('stops waiting when the signal is aborted', async () => {
    const { engine } = here;
    const waits = whenItWaits(here);
    const abort = new AbortController();
    await withLocks(engine, locks, holder(), async () => {
      const second = withLocks(here.engine, locks, { ...holder(), signal: abort.signal }, async () => 1);
      await waits;
      abort.abort(new Error('stopped'));
      await expect(second).rejects.toThrow('stopped');
    });
    expect(await entries()).toEqual([]);
  });

  it('gives them back by the next call if the process ends', async () => {
    const { engine } = here;
    await engine.store.transaction('changes', async (db) => ({
      value: await engine.journal.open(
        db,
        { change: 'hold-locks', input: null, locks, steps: [] },
        { process: 'ended', xid: 'xid9', caller: 'root' },
      ),
      keep: true,
    }));
    const call = { command: 'suspendacct', args: [{ name: 'user', value: 'bob' }], dryRun: false };
    expect((await dispatch(call, root, engine)).metadata).toMatchObject({ result: 1 });
    expect(await entries()).toEqual([]);
    expect(here.audit().some(({ stage }) => stage === 'undone later')).toBe(false);
  });

  it('fails if another process has taken them', async () => {
    const { engine } = here;
    const work = withLocks(engine, locks, holder(), async () => {
      const [entry] = await entries();
      await engine.store.transaction('changes', async (db) => ({
        value: await engine.journal.close(db, { id: entry?.id ?? 0, process: entry?.process ?? '' }),
        keep: true,
      }));
    });
    await expect(work).rejects.toThrow(ApiError);
  });
});
