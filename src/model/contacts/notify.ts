// Notifies the administrators of this server.
import type { Db } from '../../core/context.ts';
import * as queue from '../tasks/queue.ts';
import { read, type Named } from './importance.ts';

export interface News extends Named {
  /** One line. */
  readonly subject: string;
  /** Plain text, without secrets. */
  readonly body: string;
}

/**
 * Starts the task that sends the notification, in the transaction `db`, unless notifications of the event are disabled.
 * @returns whether it is sent.
 */
export async function notify(
  db: Db,
  { app, event, subject, body }: News,
  { now, xid }: { readonly now: number; readonly xid: string },
): Promise<boolean> {
  const importance = await read(db, { app, event }, [event]);
  if (importance === 'Disabled') return false;
  const input = { app, event, importance, subject, body, time: now };
  await queue.add(db, { kind: 'send-notification', input, caller: 'root', xid }, { now });
  return true;
}

/**
 * Starts the task that mails the notification to one address instead of the administrators, whatever its importance.
 */
export async function notifyByMail(
  db: Db,
  { app, event, subject, body }: News,
  { to, now, xid }: { readonly to: string; readonly now: number; readonly xid: string },
): Promise<void> {
  const importance = await read(db, { app, event }, [event]);
  const input = { app, event, importance, subject, body, time: now, to };
  await queue.add(db, { kind: 'send-notification', input, caller: 'root', xid }, { now });
}
