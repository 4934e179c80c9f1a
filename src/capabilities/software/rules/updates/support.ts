// How long a release is supported.

/** @param now in milliseconds since 1970-01-01. @returns three months later, in seconds. */
export function inThreeMonths(now: number): number {
  const date = new Date(now);
  date.setUTCMonth(date.getUTCMonth() + 3);
  return Math.floor(date.getTime() / 1000);
}
