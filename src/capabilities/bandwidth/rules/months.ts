// Months of the server's time zone, in which bandwidth is limited and reported.

export interface Month {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

/** Returns the month of a time, which is in milliseconds since 1970-01-01. */
export function monthAt(time: number): Month {
  const date = new Date(time);
  return { year: date.getFullYear(), month: date.getMonth() + 1 };
}

/** As YYYYMM. */
export function numberOf({ year, month }: Month): number {
  return year * 100 + month;
}

/** The first and the last number that days of the month can have, as YYYYMMDD. The sum of an old month is its day 0. */
export function daysOf(month: Month): readonly [first: number, last: number] {
  const days = numberOf(month) * 100;
  return [days, days + 31];
}

/** The month that is so many months earlier. */
export function monthBefore({ year, month }: Month, count: number): Month {
  const months = year * 12 + month - 1 - count;
  return { year: Math.floor(months / 12), month: (months % 12) + 1 };
}
