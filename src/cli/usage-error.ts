/** The command line is invalid, so no call is made: exit status 2 (protocol, Decisions). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
