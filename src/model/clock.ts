// Times that were stored while the clock of the server was ahead. Once it is right again, they lie in the future.

/**
 * How far ahead of the clock a stored time of something past can lie (milliseconds). A clock that is adjusted, and servers
 * that share a store, differ by less. A time further ahead was stored by a wrong clock. If this were less than servers
 * differ, each would forget the failures that another one counted, and guesses that alternate between them would go on.
 */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

export function isFromWrongClock(storedAt: number, now: number): boolean {
  return storedAt > now + CLOCK_TOLERANCE_MS;
}
