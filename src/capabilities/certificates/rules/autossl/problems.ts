// Why names are not in their certificates. A name that the issuer could not validate is tried again after a day, then
// two, then four: failed validations count against the issuer’s limits.
import type { Db } from '../../../../core/context.ts';
import type { Field } from '../../../../core/define.ts';
import { toSeconds } from './runs.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 7;

export interface Problem {
  readonly domain: string;
  readonly username: string;
  /** One or more sentences. */
  readonly problem: string;
  /** The start time of the run that found it. */
  readonly log: string;
  /** Milliseconds since 1970-01-01, like the other times. */
  readonly foundAt: number;
  readonly failures: number;
  readonly retryAt: number;
}

const COLUMNS = 'domain, username, problem, log, found_at AS "foundAt", failures, retry_at AS "retryAt"';

export function ofUser(db: Db, username: string): Promise<Problem[]> {
  return db.all<Problem>(
    `SELECT ${COLUMNS} FROM autossl_problem WHERE username = ? ORDER BY domain`,
    username,
  );
}

export async function ofDomain(db: Db, domain: string): Promise<Problem[]> {
  return db.all<Problem>(
    `SELECT ${COLUMNS} FROM autossl_problem WHERE server = ? AND domain = ?`,
    ...[db.server, domain],
  );
}

type Found = Pick<Problem, 'domain' | 'username' | 'problem' | 'log'>;

/** @param isOfIssuer true if a validation at the issuer failed; false for our own look at the name. */
export async function add(db: Db, found: Found, now: number, isOfIssuer: boolean): Promise<void> {
  const row = await db.get<{ failures: number }>(
    'SELECT failures FROM autossl_problem WHERE domain = ?',
    found.domain,
  );
  const failures = (row?.failures ?? 0) + (isOfIssuer ? 1 : 0);
  // A little less than whole days: the nightly check does not begin at exactly the same time.
  const days = isOfIssuer ? Math.min(MAX_DAYS, 2 ** (failures - 1)) : 0;
  const retryAt = days === 0 ? 0 : now + days * DAY_MS - DAY_MS / 24;
  await db.run(
    `INSERT INTO autossl_problem (domain, server, username, problem, log, found_at, failures, retry_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (domain) DO UPDATE SET server = excluded.server, username = excluded.username,
       problem = excluded.problem, log = excluded.log, found_at = excluded.found_at, failures = excluded.failures,
       retry_at = excluded.retry_at`,
    ...[found.domain, db.server, found.username, found.problem, found.log, now, failures, retryAt],
  );
}

export async function remove(db: Db, domains: readonly string[]): Promise<void> {
  for (const domain of domains) await db.run('DELETE FROM autossl_problem WHERE domain = ?', domain);
}

export const fields = {
  domain: { type: 'string', doc: 'The name that is not in its certificate.' },
  problem: { type: 'string', doc: 'Why it could not be validated.' },
  log: { type: 'string', doc: 'The start_time of the run, for get_autossl_log.' },
  time: { type: 'string', doc: 'When it was found: 2026-11-26T08:06:00Z.' },
} as const satisfies Record<string, Field>;

export const show = ({ domain, problem, log, foundAt }: Problem) => ({
  ...{ domain, problem, log, time: toSeconds(foundAt) },
});
