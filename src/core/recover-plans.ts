// Undoes the unfinished plans of processes that have ended, or finishes the plans that cannot be undone. A task finishes those
// that fail here.
import type { Engine } from './engine.ts';
import { finishNow, handOver, hasPassedReturn, remind, TASK } from './irreversible.ts';
import { changeOf, HELD_LOCKS, inStore, sentence, store, takeOver, type Opened } from './journaled-plan.ts';
import type { JournalEntry } from './plan.ts';
import { remindToUndo, undo, UNDO } from './undo.ts';

/**
 * Undoes or completes the unfinished plans that are nobody's according to the store.
 * @returns a sentence for each plan for which this failed, and for each file that was left.
 */
export async function recover(engine: Engine, entries: readonly JournalEntry[]): Promise<string[]> {
  const failures: string[] = [];
  for (const found of entries) {
    try {
      if (found.process === TASK) await remind(engine, found);
      else if (found.process === UNDO) await remindToUndo(engine, found);
      else {
        await takeOver(engine, found, async (entry) => {
          failures.push(...(await resume(engine, entry)));
        });
      }
    } catch (error) {
      const where = engine.logUnexpected(found.xid, found.kind, error);
      failures.push(
        `The call with the XID ${found.xid} was interrupted, and its changes could be neither undone nor completed: ` +
          `${sentence(error)} ${where}`,
      );
    }
  }
  return failures;
}

async function resume(engine: Engine, left: JournalEntry): Promise<readonly string[]> {
  if (left.kind === HELD_LOCKS) {
    // The task whose locks these are starts again, or has failed.
    await inStore(engine, 'changes', (db) => engine.journal.close(db, left));
    return [];
  }
  const change = await changeOf(engine, left.kind);
  const found = await engine.withSteps(left);
  const entry = { ...found, steps: [...found.steps] };
  const recovered = await undoOrFinish(engine, { entry, change, fate: { isSettled: false } });
  if (recovered === undefined) return [];
  const { stage, remarks } = recovered;
  await engine.audit(
    {
      time: engine.now(),
      xid: entry.xid,
      caller: entry.caller,
      function: entry.kind,
      arguments: [],
      result: stage === 'finished later' ? 1 : 0,
      stage,
      duration_ms: 0,
    },
    'change',
  );
  return remarks;
}

/**
 * Undoes an interrupted plan, or finishes it if it cannot be undone. Its journal entry is deleted.
 * @returns undefined if it is left to a task.
 */
async function undoOrFinish(engine: Engine, opened: Opened): Promise<Recovered | undefined> {
  const { entry } = opened;
  // Without the secret, the steps cannot be applied, so it stays unknown whether they are done.
  if (entry.irreversible && entry.needsSecret) {
    await store(engine, opened, async () => undefined);
    return { stage: 'cut short', remarks: [] };
  }
  if (!entry.irreversible && !(await hasPassedReturn(engine, entry, { hasFailed: false }))) {
    return { stage: 'undone later', remarks: await undo(engine, opened) };
  }
  try {
    return { stage: 'finished later', remarks: await finishNow(engine, opened) };
  } catch {
    // The task reports why, as often as it tries.
    await handOver(engine, entry);
    return undefined;
  }
}

interface Recovered {
  readonly stage: 'undone later' | 'finished later' | 'cut short';
  /** What was left as it is. */
  readonly remarks: readonly string[];
}
