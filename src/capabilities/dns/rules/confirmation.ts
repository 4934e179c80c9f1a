// The confirmation that the nameserver serves the zones of new accounts.
import type { Db } from '../../../core/context.ts';
import { SERVICE_WATCH } from '../../notify/rules/applications.ts';
import { notify } from '../../notify/rules/notify.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';

export interface ConfirmZones {
  readonly names: readonly string[];
}

const TASK = 'confirm-zones';
/** Zones that are created within this time share a confirmation. */
const DELAY_MS = 10_000;
/** For a server on which no tasks run for long. */
const MAX_NAMES = 1000;

/** Starts the task, or adds the zone to one that has not begun. */
export async function confirmSoon(db: Db, name: string, now: number): Promise<void> {
  const sql = `SELECT id, input FROM task WHERE server = ? AND kind = ? AND state = 'waiting' AND attempts = 0
    ORDER BY id DESC LIMIT 1`;
  const waiting = await db.get<{ id: number; input: string }>(sql, db.server, TASK);
  const { names } = JSON.parse(waiting?.input ?? '{"names":[]}') as ConfirmZones;
  const input: ConfirmZones = { names: [...new Set([...names, name])] };
  if (waiting !== undefined && names.length < MAX_NAMES) {
    await db.run('UPDATE task SET input = ? WHERE id = ?', JSON.stringify(input), waiting.id);
    return;
  }
  const task = { kind: TASK, input: { names: [name] }, caller: 'root', xid: '' };
  await queue.add(db, task, { now, notBefore: now + DELAY_MS });
}

/** Tells the administrators that zones of new accounts are not served. @param reasons sentences. */
export async function reportUnserved(db: Db, reasons: readonly string[], now: number): Promise<void> {
  const subject = 'New DNS zones are not served';
  await notify(
    db,
    { app: SERVICE_WATCH, event: 'named', subject, body: reasons.join('\n') },
    { now, xid: '' },
  );
}
