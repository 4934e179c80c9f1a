// Times that were stored while the server's clock was ahead. Once the clock is right again, they are in the future.

/**
 * How far a stored time of a past event can be ahead of the clock, in milliseconds. Adjustments of a clock, and
 * differences between servers that share a store, are smaller. A time that is further ahead was stored by a wrong
 * clock.
 * If the tolerance were smaller than the difference between servers, each server would ignore failures that another one
 * counted. An attacker could then avoid blocks by alternating between the servers.
 */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

export function isFromWrongClock(storedAt: number, now: number): boolean {
  return storedAt > now + CLOCK_TOLERANCE_MS;
}
