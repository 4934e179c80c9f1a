// When checks run: every night, by the timer of the task, and after changes of an account's names.
import type { Db } from '../../../../core/context.ts';
import * as queue from '../../../../ground/rules/tasks/queue.ts';
import * as timers from '../../../../ground/rules/tasks/timers.ts';
import type { CertificateFacts } from '../facts.ts';
import * as certificates from './certificates.ts';
import { isRenewalDue } from './needs.ts';
import * as runs from './runs.ts';
import * as settings from './settings.ts';

export const CHECK = 'autossl-check';
const RENEWALS = 'autossl-renewals';

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
  return running.every(({ id, kind }) => id === task || (kind !== CHECK && kind !== RENEWALS));
}

const DAY_MS = 24 * HOUR_MS;

/**
 * The accounts with a certificate that is due or missing, or with an order to be continued. Those with a name that could not be
 * validated within a day are left to the nightly check, and so are their notifications.
 */
export async function usersWithDue(db: Db, now: number): Promise<ReadonlySet<string>> {
  const due = (await certificates.lives(db)).filter((one) => isRenewalDue(one, now));
  const others = await db.all<{ username: string; facts: string }>(
    `SELECT installed.username, certificate.facts FROM installed_certificate AS installed
     JOIN account ON account.username = installed.username AND account.server = ? AND suspended_at IS NULL
     JOIN certificate ON certificate.username = installed.username AND certificate.id = installed.certificate_id
     LEFT JOIN autossl_certificate AS own ON own.servername = installed.servername
     WHERE own.servername IS NULL`,
    db.server,
  );
  const selfSigned = others.filter(({ facts }) => (JSON.parse(facts) as CertificateFacts).isSelfSigned);
  const problems = await db.all<{ username: string }>(
    'SELECT DISTINCT username FROM autossl_problem WHERE server = ? AND found_at > ?',
    ...[db.server, now - DAY_MS],
  );
  const isLeft = new Set(problems.map(({ username }) => username));
  const open = await db.all<{ username: string }>(
    'SELECT username FROM autossl_order WHERE server = ? AND wait_until <= ?',
    ...[db.server, now],
  );
  const found = [...due, ...selfSigned].filter(({ username }) => !isLeft.has(username));
  return new Set([...found, ...open].map(({ username }) => username));
}

/** True if there is a certificate about which the issuer may be asked again. */
export async function isToAskAbout(db: Db, now: number): Promise<boolean> {
  const sql = 'SELECT 1 FROM autossl_certificate WHERE server = ? AND ask_at <= ? LIMIT 1';
  return (await db.get(sql, db.server, now)) !== undefined;
}
