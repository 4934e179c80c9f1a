import { ApiError, errorKinds } from '../core/errors.ts';
import { visible } from '../core/quote.ts';
import { writeStderr, type Io } from './io.ts';

/** Reports an expected failure on standard error. @returns the exit status. @throws any other failure. */
export function reportFailure(error: unknown, io: Io): number {
  if (!(error instanceof ApiError)) throw error;
  writeStderr(io, `whmapi1: ${visible(error.message)}\n`);
  return errorKinds[error.code].exit;
}
