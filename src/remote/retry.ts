// When a call is made again, and after which pause.
import type { Incoming } from './exchange.ts';

/** The first one counts. */
export const MAX_ATTEMPTS = 3;

const FIRST_PAUSE_MS = 400;
/** A server that wants more patience than this is taken at its first answer. */
const LONGEST_PAUSE_MS = 30_000;

/** Doubles each time, and is between half of that and all of it, so that many clients do not come back at once. */
export function pauseBefore(attempt: number, random: number): number {
  return FIRST_PAUSE_MS * 2 ** (attempt - 2) * (0.5 + random / 2);
}

/** Overloaded or away for a moment: the server says so itself, or what stands before it. */
export function isPassing({ status }: Incoming): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}

/** What Retry-After asks for (seconds or a date); undefined where it is absent or too long to wait for. */
export function askedPause({ headers }: Incoming, now: number): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.max(0, milliseconds);
}

export function isBearable(pause: number): boolean {
  return pause <= LONGEST_PAUSE_MS;
}
