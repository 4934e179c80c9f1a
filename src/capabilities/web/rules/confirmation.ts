// The confirmation that PHP-FPM and the web server serve the websites of new accounts.
import type { Db } from '../../../core/context.ts';
import { SERVICE_WATCH } from '../../notify/rules/applications.ts';
import { notify } from '../../notify/rules/notify.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';

const TASK = 'confirm-virtual-hosts';
/** Accounts that are created within this time share a confirmation. */
const DELAY_MS = 10_000;

/** Starts the task, unless one is already waiting. One that is running may have missed the latest account. */
export async function confirmSoon(db: Db, now: number): Promise<void> {
  const sql = "SELECT 1 FROM task WHERE server = ? AND kind = ? AND state = 'waiting' AND attempts = 0";
  if ((await db.get(sql, db.server, TASK)) !== undefined) return;
  const task = { kind: TASK, input: {}, caller: 'root', xid: '' };
  await queue.add(db, task, { now, notBefore: now + DELAY_MS });
}

/** Tells the administrators that new websites are not served. @param reasons sentences. */
export async function reportUnserved(db: Db, reasons: readonly string[], now: number): Promise<void> {
  const subject = 'New websites are not served';
  await notify(
    db,
    { app: SERVICE_WATCH, event: 'httpd', subject, body: reasons.join('\n') },
    { now, xid: '' },
  );
}
