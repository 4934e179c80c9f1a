// Counts the messages that accounts have sent, and what became of them. The period is that in which they were sent.
import type { Caller, Db, SqlValue } from '../../../../core/context.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';
import { sentBySeen } from './seen.ts';

export const deliveryTypes = ['remote', 'remote-or-faildefer', 'local'] as const;
export type DeliveryType = (typeof deliveryTypes)[number];

export interface Period {
  /** Seconds since 1970-01-01. Both belong to it. */
  readonly start: number;
  readonly end: number;
}

export interface Counted {
  readonly messages: number;
  /** In bytes. */
  readonly size: number;
  readonly successes: number;
  readonly failures: number;
  /** Attempts. */
  readonly deferrals: number;
  /** Messages that wait for their first attempt. */
  readonly inProgress: number;
}

const WAYS: Readonly<Record<DeliveryType, string>> = {
  remote: 'is_remote = 1',
  'remote-or-faildefer': "(is_remote = 1 OR type IN ('failure', 'defer'))",
  local: 'is_remote = 0',
};

export interface Wanted extends Period {
  readonly deliverytype: DeliveryType | undefined;
  /** An account. Default: all of the caller. */
  readonly user?: string | undefined;
  /** An address. */
  readonly sender?: string | undefined;
}

/** @returns the sums of the accounts that the caller sees. */
export async function total(db: Db, caller: Caller, wanted: Wanted): Promise<Counted> {
  const [sums] = await sumsOf(db, caller, wanted, []);
  return sums ?? { messages: 0, size: 0, successes: 0, failures: 0, deferrals: 0, inProgress: 0 };
}

export interface UserSums extends Counted {
  readonly username: string;
  /** The domain of the senders. */
  readonly domain: string;
  readonly owner: string;
  readonly primaryDomain: string;
  /** Null: unlimited. */
  readonly maxEmailPerHour: number | null;
  readonly maxDeferFailPercentage: number | null;
}

/** The same for each account and domain of its senders. */
export async function byUser(db: Db, caller: Caller, wanted: Wanted): Promise<UserSums[]> {
  const sums = await sumsOf<{ username: string; domain: string }>(db, caller, wanted, ['username', 'domain']);
  const rows = await db.all<Omit<UserSums, keyof Counted>>(
    `SELECT username, owner, domain AS "primaryDomain", max_email_per_hour AS "maxEmailPerHour",
       max_defer_fail_percentage AS "maxDeferFailPercentage" FROM account
     WHERE username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`,
    JSON.stringify([...new Set(sums.map(({ username }) => username))]),
  );
  const accounts = new Map(rows.map((row) => [row.username, row]));
  return sums.flatMap((one) => {
    const account = accounts.get(one.username);
    return account === undefined ? [] : [{ ...account, ...one }];
  });
}

/** The columns by which sums are grouped. */
const GROUPS = { username: 'username', domain: 'sender_domain' } as const;

async function sumsOf<Group>(
  db: Db,
  caller: Caller,
  { start, end, user, sender, deliverytype }: Wanted,
  by: readonly (keyof typeof GROUPS)[],
): Promise<(Counted & Group)[]> {
  const seen = sentBySeen(db, caller);
  const values: SqlValue[] = [db.server, start, end, ...seen.values];
  let where = `mail_message.server = ? AND sent_at BETWEEN ? AND ? AND ${seen.where}`;
  for (const [column, value] of Object.entries({ username: user, sender })) {
    if (value === undefined) continue;
    where += ` AND ${column} = ?`;
    values.push(value);
  }
  const way = deliverytype === undefined ? 'TRUE' : WAYS[deliverytype];
  const of = (type: string) => `coalesce(sum(CASE WHEN type = '${type}' THEN attempts END), 0)`;
  const groups = by.map((name) => `${GROUPS[name]} AS "${name}", `).join('');
  const names = by.map((name) => GROUPS[name]).join(', ');
  // A message without a delivery of this way does not count, unless all ways count.
  return db.all<Counted & Group>(
    `SELECT ${groups}count(*) AS messages, CAST(coalesce(sum(size), 0) AS BIGINT) AS size,
       CAST(coalesce(sum(successes), 0) AS BIGINT) AS successes, CAST(coalesce(sum(failures), 0) AS BIGINT) AS failures,
       CAST(coalesce(sum(deferrals), 0) AS BIGINT) AS deferrals,
       CAST(coalesce(sum(CASE WHEN waiting > 0 THEN 1 END), 0) AS BIGINT) AS "inProgress"
     FROM (SELECT username, sender_domain, size, ${of('success')} AS successes, ${of('failure')} AS failures,
         ${of('defer')} AS deferrals, ${of('inprogress')} AS waiting
       FROM mail_message ${deliverytype === undefined ? 'LEFT ' : ''}JOIN mail_delivery
         ON mail_delivery.server = mail_message.server AND mail_delivery.msgid = mail_message.msgid AND ${way}
       WHERE ${where} GROUP BY mail_message.server, mail_message.msgid, username, sender_domain, size) AS sent
     ${names === '' ? '' : `GROUP BY ${names} ORDER BY ${names}`}`,
    ...values,
  );
}

const HOUR_S = 3600;

export interface HourlyLimits {
  /** The recipients of an hour for domains whose account has no limit of its own. Null: unlimited. */
  readonly most: number | null;
  /** Percent. Null: unlimited. */
  readonly failed: number | null;
  /** So many failures do not count. */
  readonly fewestFailed: number;
}

export async function hourlyLimits(db: Db): Promise<HourlyLimits> {
  const fewest = 'email_send_limits_min_defer_fail_to_trigger_protection';
  const [most, failed] = ['maxemailsperhour', 'email_send_limits_max_defer_fail_percentage'] as const;
  const set = await tweakSettings.readSeveral(db, 'Main', [most, failed, fewest]);
  const limit = (text = '') => (text === '' ? null : Number(text));
  return {
    most: limit(set.get(most)),
    failed: limit(set.get(failed)),
    fewestFailed: Number(set.get(fewest) ?? 5),
  };
}

/** What each domain has sent to other servers within the last hour, by domain. */
export async function lastHour(db: Db, caller: Caller, now: number): Promise<ReadonlyMap<string, Counted>> {
  const end = Math.floor(now / 1000);
  const wanted = { start: end - HOUR_S, end, deliverytype: 'remote-or-faildefer' } as const;
  const sums = await sumsOf<{ domain: string }>(db, caller, wanted, ['domain']);
  return new Map(sums.map((one) => [one.domain, one]));
}

/** Whether the domain has reached the limit of messages, and that of failures, within the last hour. */
export function reached(
  sent: Counted | undefined,
  account: Pick<UserSums, 'maxEmailPerHour' | 'maxDeferFailPercentage'>,
  limits: HourlyLimits,
): { readonly isMost: boolean; readonly isFailed: boolean } {
  if (sent === undefined) return { isMost: false, isFailed: false };
  const recipients = sent.successes + sent.failures + sent.inProgress;
  const bad = sent.failures + sent.deferrals;
  const most = account.maxEmailPerHour ?? limits.most;
  const percent = account.maxDeferFailPercentage ?? limits.failed;
  return {
    isMost: most !== null && most > 0 && recipients >= most,
    isFailed: percent !== null && bad >= limits.fewestFailed && bad * 100 >= percent * (sent.successes + bad),
  };
}

/** The recipients of each address from which an account has sent. */
export function recipientsBySender(
  db: Db,
  { user, start, end }: Period & { readonly user: string },
): Promise<{ sender: string; unique_recipient_count: number }[]> {
  return db.all(
    `SELECT sender, count(DISTINCT lower(recipient)) AS unique_recipient_count
     FROM mail_message JOIN mail_delivery USING (server, msgid)
     WHERE server = ? AND username = ? AND sent_at BETWEEN ? AND ? GROUP BY sender ORDER BY ${db.dialect.byBytes('sender')}`,
    ...[db.server, user, start, end],
  );
}

/** The pairs of a sender and a recipient of each account. */
export function pairsByUser(
  db: Db,
  caller: Caller,
  { start, end }: Period,
): Promise<{ user: string; unique_sender_recipient_count: number }[]> {
  const seen = sentBySeen(db, caller);
  return db.all(
    `SELECT username AS "user", count(*) AS unique_sender_recipient_count FROM (
       SELECT DISTINCT username, lower(sender) AS one, lower(recipient) AS other
       FROM mail_message JOIN mail_delivery USING (server, msgid)
       WHERE server = ? AND sent_at BETWEEN ? AND ? AND ${seen.where}) AS pair
     GROUP BY username ORDER BY username`,
    ...[db.server, start, end, ...seen.values],
  );
}
