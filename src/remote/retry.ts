// Decides when a call is retried, and after which pause.
import type { Incoming } from './exchange.ts';

/** Includes the first attempt. */
export const MAX_ATTEMPTS = 3;

const FIRST_PAUSE_MS = 400;
/** If a server requests a longer pause, its first response is final. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Returns a pause that doubles with each attempt. It is a random time between half and all of that, so that many
 * clients do not retry at once.
 */
export function pauseBefore(attempt: number, random: number): number {
  return FIRST_PAUSE_MS * 2 ** (attempt - 2) * (0.5 + random / 2);
}

/** True if the server, or a proxy in front of it, reports that it is overloaded or temporarily unavailable. */
export function isPassing({ status }: Incoming): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}

/** Returns the pause in Retry-After (seconds or a date). Undefined if it is absent or invalid. */
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
