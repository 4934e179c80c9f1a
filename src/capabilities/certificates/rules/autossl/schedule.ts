// When checks run: every night, by the timer of the task, and after changes of an account's names.
import type { Db } from '../../../../core/context.ts';
import * as queue from '../../../../ground/rules/tasks/queue.ts';
import * as timers from '../../../../ground/rules/tasks/timers.ts';
import * as runs from './runs.ts';
import * as settings from './settings.ts';

export const CHECK = 'autossl-check';

/** `cron` has five fields; it is empty, and so is `nextTime`, if no worker has stored the timer yet. */
export async function schedule(db: Db): Promise<{ readonly cron: string[]; readonly nextTime: string }> {
  const timer = (await timers.list(db)).find(({ server, kind }) => server === db.server && kind === CHECK);
  if (timer === undefined) return { cron: [], nextTime: '' };
  const next = new Date(timer.nextAt);
  const cron = [String(next.getMinutes()), String(next.getHours()), '*', '*', '*'];
  return { cron, nextTime: runs.toSeconds(timer.nextAt) };
}

/** Has an account with new names checked, if AutoSSL is enabled. One check is enough for several changes. */
export async function checkSoon(db: Db, username: string, now: number): Promise<void> {
  if ((await settings.provider(db)) === undefined) return;
  const input = { username };
  const waiting = await db.get(
    "SELECT id FROM task WHERE server = ? AND kind = ? AND state = 'waiting' AND attempts = 0 AND input = ? LIMIT 1",
    ...[db.server, CHECK, JSON.stringify(input)],
  );
  if (waiting !== undefined) return;
  await queue.add(db, { kind: CHECK, input, caller: 'root', xid: '' }, { now });
}

const HOUR_MS = 3_600_000;

/** True if a check of the account is running, or is about to. */
export async function isCheckInProgress(db: Db, username: string, now: number): Promise<boolean> {
  const rows = await db.all<{ input: string }>(
    "SELECT input FROM task WHERE server = ? AND kind = ? AND (state = 'running' OR (state = 'waiting' AND not_before <= ?))",
    ...[db.server, CHECK, now],
  );
  return rows.some(({ input }) => {
    const { username: only } = JSON.parse(input) as { readonly username?: string };
    return only === undefined || only === username;
  });
}

/**
 * True if names that the issuer could not validate may be tried again at once because an account asks for it: once an
 * hour, because failed validations count against the issuer’s limits.
 */
export async function mayRetryAll(db: Db, username: string, now: number): Promise<boolean> {
  const [latest] = (await runs.list(db)).filter((run) => run.username === username);
  return latest === undefined || now - Date.parse(latest.startTime) >= HOUR_MS;
}

/** True if no other check than this task is running on this server. */
export async function isOnlyCheck(db: Db, task: number): Promise<boolean> {
  const running = await queue.running(db);
  return running.every(({ id, kind }) => id === task || kind !== CHECK);
}
