import type { Engine } from '../../src/core/engine.ts';
import { undoLater } from '../../src/core/undo.ts';

/**
 * Tries once to undo the calls that are left to the task `undo-operation`, as that does every minute.
 * @returns how many calls were left.
 */
export async function undoOperations(engine: Engine): Promise<number> {
  const left = await engine.store.transaction('reads', async (db) => ({
    value: await engine.journal.list(db),
    keep: false,
  }));
  for (const { id } of left) await undoLater(engine, id).catch(() => undefined);
  return left.length;
}
