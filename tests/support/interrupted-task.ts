// A task whose process has died.
import * as queue from '../../src/ground/rules/tasks/queue.ts';
import type { Installation } from './installation.ts';

/** A process that died has taken the waiting task of this kind. The next worker starts it again. */
export function interruptTask(here: Installation, kind: string): Promise<void> {
  return here.engine.store.transaction('changes', async (db) => {
    const taken = await queue.take(db, { process: 'ended', now: here.time, kinds: [kind] });
    if (taken.length !== 1) throw new Error(`${taken.length} tasks were waiting.`);
    return { value: undefined, keep: true };
  });
}
