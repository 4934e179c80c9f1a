// Notifies the administrators of this server.
import type { Db } from '../../../core/context.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';
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

/** Where the owner of an account is notified. */
export interface OwnerPlace {
  /** Email addresses. Each gets a message of its own. */
  readonly to: readonly string[];
  /** The account whose access token of Pushbullet is used. */
  readonly account?: string;
}

/**
 * Starts the task that sends the notification to the owner of an account instead of the administrators, whose
 * importances do not matter.
 */
export async function notifyOwner(
  db: Db,
  { app, event, subject, body }: News,
  { to, account, now, xid }: OwnerPlace & { readonly now: number; readonly xid: string },
): Promise<void> {
  const input = { app, event, importance: 'Medium', subject, body, time: now, to, account };
  await queue.add(db, { kind: 'send-notification', input, caller: 'root', xid }, { now });
}
