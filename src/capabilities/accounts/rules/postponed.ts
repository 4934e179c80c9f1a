// What a call could not do for an account, because a daemon did not allow it: a task does it later.
import type { Db } from '../../../core/context.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';
import * as tasks from '../../../ground/rules/tasks/tasks.ts';
import type { Account } from './accounts.ts';

/** The daemons follow the suspension of an account, or its end. */
export const FOLLOW = 'follow-suspension';
/** A whole account is removed. */
export const REMOVE = 'remove-account';

/** Tasks find the account by its user ID, because it may be renamed. */
export interface Postponed extends Pick<Account, 'username' | 'uid'> {
  /** For removals: keep the DNS zones. */
  readonly keepdns?: boolean;
}

export async function postpone(
  db: Db,
  kind: typeof FOLLOW | typeof REMOVE,
  { username, uid, keepdns }: Postponed,
  now: number,
): Promise<void> {
  const open = await findOpen(db, kind, uid);
  // One that follows a suspension may be about to end. One that removes the account makes the very call that postpones it.
  if (open.some(({ state }) => state === 'waiting' || kind === REMOVE)) return;
  const input = { username, uid, ...(keepdns === true && { keepdns }) };
  // The call itself has just tried.
  const notBefore = now + RETRY_MS;
  await queue.add(db, { kind, input, caller: 'root', xid: '' }, { now, notBefore });
}

/** A task tries again after so long, for a week. */
const RETRY_MS = 60_000;
export const RETRIES = { count: 10_080, delayMs: RETRY_MS };

/** What an account no longer needs. A running task looks at the account again once it has the account's lock. */
export async function withdraw(db: Db, kind: string, uid: number, now: number): Promise<void> {
  for (const { id, state } of await findOpen(db, kind, uid)) {
    if (state === 'waiting') await queue.requestStop(db, id, now);
  }
}

/** The tasks that have not ended. */
async function findOpen(db: Db, kind: string, uid: number): Promise<tasks.Task[]> {
  return (await listOpen(db, kind)).filter(({ input }) => (input as Postponed).uid === uid);
}

/** The user IDs of the accounts whose removal waits. */
export async function listLeaving(db: Db): Promise<ReadonlySet<number>> {
  return new Set((await listOpen(db, REMOVE)).map(({ input }) => (input as Postponed).uid));
}

function listOpen(db: Db, kind: string): Promise<tasks.Task[]> {
  return tasks.select(
    db,
    "WHERE server = ? AND kind = ? AND state IN ('waiting', 'running') ORDER BY id",
    ...[db.server, kind],
  );
}
