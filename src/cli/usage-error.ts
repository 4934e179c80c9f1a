/** The command line can't be read, so no call is made: exit status 2 (protocol, Decisions). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
