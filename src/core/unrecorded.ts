// The error of a call whose line of the audit log could not be written.
import type { AnyFunction } from './define.ts';
import { ApiError } from './errors.ts';
import { UNCHANGED } from './machine-error.ts';
import type { Outcome } from './report.ts';

interface About {
  /** The work of a plan has begun. */
  readonly isBegun: boolean;
  /** That of the function, if there is one. */
  readonly effect: AnyFunction['effect'] | undefined;
}

/** @param error why it could not be written. @returns an error that says what the call has changed. */
export function unrecorded(outcome: Outcome, error: ApiError, { isBegun, effect }: About): ApiError {
  // Its first line is in the log, and its error says what is left of it.
  const isRecorded = !outcome.ok && (isBegun || outcome.error.code === 'unknown_outcome');
  if (isRecorded) return outcome.error;
  if (effect !== 'calls') return error;
  const cause = error.message.replace(UNCHANGED, '');
  const reason = outcome.ok
    ? `${cause} Only the line of this call in the audit log is missing: what it did stays.`
    : `${outcome.error.message.replace(UNCHANGED, '')} ${cause}`;
  return new ApiError(error.code, reason, { cause: error });
}
