// The rules for accepting a two-factor authentication code, once. `set` and every login use this module, so that a code
// that one of them accepts cannot be used for the other.
import type { Db } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { CLOCK_TOLERANCE_MS } from '../../../ground/rules/clock.ts';
import * as tfa from './tfa.ts';
import * as totp from './totp.ts';

/** RFC 6238, section 5.2: one step of network delay and clock drift in each direction. */
const TOLERANCE_STEPS = 1;
/** A wrong code that belongs to a step within ten minutes is explained by a wrong clock. */
const EXPLAINED_STEPS = 20;
const WRONG_CODES_TO_LOCK = 5;
const WRONG_CODE_WINDOW_MS = 5 * 60_000;
const LOCK_MS = 5 * 60_000;
const CLOCK_TOLERANCE_STEPS = CLOCK_TOLERANCE_MS / 1000 / totp.STEP_SECONDS;

const INVALID = 'The security code is invalid.';

/**
 * Enables 2FA for a user. The code must belong to the new secret, even if it replaces an older one.
 * @param secret in canonical form (`totp.parseSecret`).
 * @throws ApiError `tfa_invalid`, `tfa_replayed`, `tfa_locked`.
 */
export async function enrol(
  context: tfa.TfaContext,
  user: string,
  secret: string,
  code: string,
): Promise<void> {
  // The user knows the secret anyway, so mentioning the clocks reveals nothing.
  await acceptOnce(context, user, secret, code, explainByClocks);
  await tfa.putSecret(context, user, { kind: 'primary_account', name: '', secret });
}

/**
 * Checks the code of an enrolled user, as a login does, and marks its time step as used.
 * @throws ApiError `tfa_invalid`, `tfa_replayed`, `tfa_locked`; `not_found` if the user is not enrolled.
 */
export async function verify(context: tfa.TfaContext, user: string, code: string): Promise<void> {
  const [stored] = await tfa.listSecrets(context, user, 'primary_account');
  if (stored === undefined) {
    throw new ApiError('not_found', `“${user}” has not set up two-factor authentication.`);
  }
  await acceptOnce(context, user, stored.secret, code, () => '');
}

async function acceptOnce(
  { db, now }: tfa.TfaContext,
  user: string,
  secret: string,
  code: string,
  explain: (secret: string, code: string, time: number) => string,
): Promise<void> {
  const time = now();
  const guard = await db.get<{ accepted_step: number | null; locked_until: number | null }>(
    'SELECT accepted_step, locked_until FROM tfa_guard WHERE username = ?',
    user,
  );
  const lockedUntil = guard?.locked_until ?? 0;
  if (lockedUntil > time + LOCK_MS + CLOCK_TOLERANCE_MS) throw locked(await lock(db, user, time + LOCK_MS));
  if (lockedUntil > time) throw locked(lockedUntil);

  const step = totp.matchingStep(secret, code, time, TOLERANCE_STEPS);
  if (step === undefined) {
    const until = await countWrongCode(db, user, time);
    const lock = until === undefined ? '' : ` ${lockSentence(until)}`;
    throw new ApiError('tfa_invalid', `${INVALID}${explain(secret, code, time)}${lock}`, {
      keepsChanges: true,
    });
  }
  // RFC 6238, section 5.2: a step is accepted once. Earlier steps become invalid too, so only one number per user is
  // stored.
  const used = guard?.accepted_step ?? -1;
  const latest = latestStep(time);
  if (step <= used) {
    // No server of the store accepts the used step now, so it was used while the clock was ahead. The latest step is
    // stored instead. Otherwise, codes would be rejected until the time of that clock; now they are rejected for at
    // most two steps. Codes that were accepted at the right time stay used.
    if (used > latest + CLOCK_TOLERANCE_STEPS) await storeUsedStep(db, user, latest);
    throw new ApiError(
      'tfa_replayed',
      `${INVALID} It was used before: wait for your app to show the next one.`,
      { keepsChanges: true },
    );
  }
  await storeUsedStep(db, user, step);
  await db.run('DELETE FROM tfa_wrong_code WHERE username = ?', user);
}

/**
 * Ends the lock of a user, and deletes the count of wrong codes. The used time step is deleted only if it was stored
 * while the clock was ahead. Any other used step still prevents replays.
 * @returns sentences for the caller about what was done.
 */
export async function reset(
  { db, now }: Pick<tfa.TfaContext, 'db' | 'now'>,
  user: string,
): Promise<string[]> {
  const time = now();
  const done: string[] = [];
  const unlocked = await db.run(
    'UPDATE tfa_guard SET locked_until = NULL WHERE username = ? AND locked_until > ?',
    user,
    time,
  );
  if (unlocked > 0) done.push(`The lock of “${user}” after wrong security codes has ended.`);
  const freed = await db.run(
    'UPDATE tfa_guard SET accepted_step = NULL WHERE username = ? AND accepted_step > ?',
    user,
    latestStep(time),
  );
  if (freed > 0) {
    done.push(
      `A security code of “${user}” was used while the clock of this server was ahead. It no longer blocks earlier codes.`,
    );
  }
  await db.run('DELETE FROM tfa_wrong_code WHERE username = ?', user);
  return done;
}

/** Returns the latest time step whose code is accepted at a time. */
function latestStep(time: number): number {
  return Math.floor(time / 1000 / totp.STEP_SECONDS) + TOLERANCE_STEPS;
}

async function storeUsedStep(db: Db, user: string, step: number): Promise<void> {
  await db.run(
    `INSERT INTO tfa_guard (username, accepted_step) VALUES (?, ?)
     ON CONFLICT (username) DO UPDATE SET accepted_step = excluded.accepted_step`,
    user,
    step,
  );
}

/** Returns until when the user is locked, if this wrong code reaches the limit. */
async function countWrongCode(db: Db, user: string, time: number): Promise<number | undefined> {
  await db.run(
    'DELETE FROM tfa_wrong_code WHERE username = ? AND (sent_at <= ? OR sent_at > ?)',
    user,
    time - WRONG_CODE_WINDOW_MS,
    time + CLOCK_TOLERANCE_MS,
  );
  await db.run('INSERT INTO tfa_wrong_code (username, sent_at) VALUES (?, ?)', user, time);
  const row = await db.get<{ count: number }>(
    'SELECT count(*) AS count FROM tfa_wrong_code WHERE username = ?',
    user,
  );
  if ((row?.count ?? 0) < WRONG_CODES_TO_LOCK) return undefined;
  const until = await lock(db, user, time + LOCK_MS);
  await db.run('DELETE FROM tfa_wrong_code WHERE username = ?', user);
  return until;
}

async function lock(db: Db, user: string, until: number): Promise<number> {
  await db.run(
    `INSERT INTO tfa_guard (username, locked_until) VALUES (?, ?)
     ON CONFLICT (username) DO UPDATE SET locked_until = excluded.locked_until`,
    user,
    until,
  );
  return until;
}

function locked(until: number): ApiError {
  // A lock that was stored while the clock was ahead has already been shortened.
  return new ApiError('tfa_locked', `The security code was not checked. ${lockSentence(until)}`, {
    keepsChanges: true,
  });
}

function lockSentence(until: number): string {
  // Rounded up to the second, so that the lock has ended at the named time.
  const moment = new Date(Math.ceil(until / 1000) * 1000).toISOString().replace('T', ' ').slice(0, 19);
  return `After ${WRONG_CODES_TO_LOCK} wrong codes within five minutes, no code is accepted until ${moment} UTC.`;
}

function explainByClocks(secret: string, code: string, time: number): string {
  const step = totp.matchingStep(secret, code, time, EXPLAINED_STEPS);
  if (step === undefined) return '';
  const minutes = ((step - Math.floor(time / 1000 / totp.STEP_SECONDS)) * totp.STEP_SECONDS) / 60;
  const amount = Math.max(1, Math.round(Math.abs(minutes)));
  return (
    ` It fits a clock that is about ${amount} minute${amount === 1 ? '' : 's'} ` +
    `${minutes > 0 ? 'ahead of' : 'behind'} this server's; check the time on both.`
  );
}
