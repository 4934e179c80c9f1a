// The rules by which a two-factor authentication code is accepted, once.
// `set` and every login go through here, so that a code burnt by one is burnt for the other.
import type { Db } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import * as tfa from './tfa.ts';
import * as totp from './totp.ts';

/** RFC 6238 section 5.2: one step of network delay and clock drift each way. */
const TOLERANCE_STEPS = 1;
/** Within these ten minutes a wrong code is explained by the clocks. */
const EXPLAINED_STEPS = 20;
const WRONG_CODES_TO_LOCK = 5;
const WRONG_CODE_WINDOW_MS = 5 * 60_000;
const LOCK_MS = 5 * 60_000;

const INVALID = 'The security code is invalid.';

/**
 * Turns 2FA on for a user: the code must belong to the new secret, also where it replaces one.
 * @param secret in canonical form (`totp.parseSecret`).
 * @throws ApiError `tfa_invalid`, `tfa_replayed`, `tfa_locked`.
 */
export async function enrol(
  context: tfa.TfaContext,
  user: string,
  secret: string,
  code: string,
): Promise<void> {
  // Whoever enrols holds the secret, so telling about clocks gives nothing away.
  await acceptOnce(context, user, secret, code, explainByClocks);
  await tfa.putSecret(context, user, { kind: 'primary_account', name: '', secret });
}

/**
 * Checks the code of an enrolled user, as a login does, and burns its time step.
 * @throws ApiError `tfa_invalid`, `tfa_replayed`, `tfa_locked`; `not_found` where the user is not enrolled.
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
  if (lockedUntil > time) throw locked(lockedUntil);

  const step = totp.matchingStep(secret, code, time, TOLERANCE_STEPS);
  if (step === undefined) {
    const until = await countWrongCode(db, user, time);
    const lock = until === undefined ? '' : ` ${lockSentence(until)}`;
    throw new ApiError('tfa_invalid', `${INVALID}${explain(secret, code, time)}${lock}`, {
      keepsChanges: true,
    });
  }
  // RFC 6238 section 5.2: a step is accepted once. Earlier ones go with it, which keeps the memory to one number.
  if (step <= (guard?.accepted_step ?? -1)) {
    throw new ApiError(
      'tfa_replayed',
      `${INVALID} It was used before: wait for your app to show the next one.`,
    );
  }
  await db.run(
    `INSERT INTO tfa_guard (username, accepted_step) VALUES (?, ?)
     ON CONFLICT (username) DO UPDATE SET accepted_step = excluded.accepted_step`,
    user,
    step,
  );
  await db.run('DELETE FROM tfa_wrong_code WHERE username = ?', user);
}

/** When the count of wrong codes is reached, until when the user is locked. */
async function countWrongCode(db: Db, user: string, time: number): Promise<number | undefined> {
  await db.run(
    'DELETE FROM tfa_wrong_code WHERE username = ? AND sent_at <= ?',
    user,
    time - WRONG_CODE_WINDOW_MS,
  );
  await db.run('INSERT INTO tfa_wrong_code (username, sent_at) VALUES (?, ?)', user, time);
  const row = await db.get<{ count: number }>(
    'SELECT count(*) AS count FROM tfa_wrong_code WHERE username = ?',
    user,
  );
  if ((row?.count ?? 0) < WRONG_CODES_TO_LOCK) return undefined;
  const until = time + LOCK_MS;
  await db.run(
    `INSERT INTO tfa_guard (username, locked_until) VALUES (?, ?)
     ON CONFLICT (username) DO UPDATE SET locked_until = excluded.locked_until`,
    user,
    until,
  );
  await db.run('DELETE FROM tfa_wrong_code WHERE username = ?', user);
  return until;
}

function locked(until: number): ApiError {
  return new ApiError('tfa_locked', `The security code was not checked. ${lockSentence(until)}`);
}

function lockSentence(until: number): string {
  // Rounded up to the second: at the time that is named the lock is over.
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
