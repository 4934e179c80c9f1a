// A change of the store by an option of the command line, such as --add-secondary, with its line in the audit log.
import { root } from '../app/app.ts';
import type { AuditRecord } from '../core/audit.ts';
import type { Db } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { ApiError } from '../core/errors.ts';

interface Change {
  readonly xid: string;
  /** Milliseconds since 1970-01-01. */
  readonly time: number;
}

/**
 * Refusals are logged too. `prepare` runs before the transaction, and returns what to do in it.
 * @param option the option with its value, such as `['--stop-task', 'id', '7']`
 */
export async function auditedChange<T>(
  engine: Engine,
  [name, parameter, value]: readonly [option: string, parameter: string, value: string],
  prepare: () => Promise<(db: Db, change: Change) => Promise<T>>,
): Promise<T> {
  const change = { xid: engine.newXid(), time: engine.now() };
  const record = { ...change, caller: root.user, function: name, arguments: [[parameter, value]] as const };
  const log = (outcome: Pick<AuditRecord, 'result' | 'error_code'>, db?: Db) =>
    engine.audit(
      { ...record, ...outcome, duration_ms: engine.now() - change.time },
      outcome.result === 1 ? 'change' : 'other',
      db,
    );
  try {
    const work = await prepare();
    return await engine.store.transaction('changes', async (db) => {
      const result = await work(db, change);
      await log({ result: 1 }, db);
      return { value: result, keep: true };
    });
  } catch (error) {
    if (error instanceof ApiError && error.code !== 'store_unavailable') {
      await log({ result: 0, error_code: error.code });
    }
    throw error;
  }
}
