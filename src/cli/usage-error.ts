import type { AccountProgram } from '../core/account-programs.ts';

/** The command line is invalid, so no call is made: exit status 2 (protocol, Decisions). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The line has an option that does not exist. */
export class UnknownOptionError extends UsageError {
  /** @param option without dashes and value */
  constructor(
    message: string,
    readonly option: string,
  ) {
    super(message);
  }
}

/** Returns the message. If the line has an unknown option, the message says which parameter may be meant. */
export async function describeUsageError(
  error: UsageError,
  words: readonly string[],
  program?: AccountProgram,
): Promise<string> {
  if (!(error instanceof UnknownOptionError)) return error.message;
  return (await import('./parameter-hint.ts')).withParameterHint(error, words, program);
}
