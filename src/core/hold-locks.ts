// Holds locks for work that is not a plan, such as that of a task. An entry of the journal without steps has them.
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';
import { abandon, waitForLocks, type LastTry } from './execute-plan.ts';
import { HELD_LOCKS, inStore } from './journaled-plan.ts';
import type { JournalEntry, Lock } from './plan.ts';
import { recover } from './recover-plans.ts';

interface Holder extends Pick<JournalEntry, 'xid' | 'caller'> {
  /** Ends the wait for the locks. */
  readonly signal: AbortSignal;
  /** True if what is left to a task of earlier calls does not count: the work writes what the store says. */
  readonly passesLeft?: boolean;
}

/**
 * Runs `work` with locks, once no call holds them. Calls that need one of them wait until `work` has ended. If the
 * process ends first, the next call releases them.
 * @throws ApiError `busy` after 10 minutes; `host_failed` as soon as a lock belongs to an interrupted call that can be
 * neither undone nor completed; what `work` throws.
 */
export async function withLocks<T>(
  engine: Engine,
  locks: readonly Lock[],
  holder: Holder,
  work: () => Promise<T>,
): Promise<T> {
  const id = await acquire(engine, locks, holder);
  // If this cannot be stored now, the next call does it.
  const held = { id, process: engine.processes.own() };
  const release = () =>
    inStore(engine, 'changes', (db) => engine.journal.close(db, held)).catch((error: unknown) => {
      engine.ownPlans.givenUp.add(id);
      throw error;
    });
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
  if (await release()) return result;
  throw new ApiError('host_failed', 'Another process considered this work abandoned and took its locks.');
}

/** @returns the ID of the entry that has the locks. */
async function acquire(
  engine: Engine,
  locks: readonly Lock[],
  { xid, caller, signal, passesLeft = false }: Holder,
): Promise<number> {
  const { journal, processes, store } = engine;
  const about = { process: processes.own(), xid, caller };
  const plan = { change: HELD_LOCKS, input: null, locks, steps: [] };
  const look = async () => recover(engine, await inStore(engine, 'reads', (db) => journal.list(db)));
  for (;;) {
    signal.throwIfAborted();
    const last: LastTry = {};
    const opened = await store
      .transaction<number | string>('changes', async (db) => {
        const value = await journal.open(db, plan, about, { passesLeft });
        if (typeof value === 'string') return { value, keep: false };
        last.id = value;
        return { value, keep: true };
      })
      .catch((error: unknown) => abandon(engine, last, error));
    if (typeof opened === 'number') return opened;
    await waitForLocks(engine, locks, { look, signal, isPatient: true, passesLeft });
  }
}
