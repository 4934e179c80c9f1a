// Serials of zones: YYYYMMDDnn (RFC 1912, section 2.2), compared by serial number arithmetic (RFC 1982).
import { ApiError } from '../../../core/errors.ts';

const SERIALS = 2 ** 32;

/** True if the first serial is newer than the second for a secondary. */
export function isNewer(serial: number, than: number): boolean {
  const ahead = (serial - than + SERIALS) % SERIALS;
  return ahead > 0 && ahead < SERIALS / 2;
}

/**
 * The serial after a change: the first of the day if that is newer, otherwise the next number. It always increases.
 * @param today UTC
 */
export function nextSerial(present: number, today: Date): number {
  const first = firstSerial(today);
  if (isNewer(first, present)) return first;
  // Some servers treat 0 as no serial.
  return (present + 1) % SERIALS || 1;
}

/** The serial of a zone that replaces another one, whose serial can be unknown. */
export function serialFrom(present: number | undefined, today: Date): number {
  return present === undefined ? firstSerial(today) : nextSerial(present, today);
}

/** The first serial of a day: its date and 00. */
export function firstSerial(today: Date): number {
  return Number(today.toISOString().slice(0, 10).replaceAll('-', '')) * 100;
}

/**
 * Checks that the zone has not changed since the caller read it.
 * @throws ApiError `bad_param` with the text that clients match; its data is `{"type":"Stale","detail":null}`
 */
export function assertSerial(given: number, present: number): void {
  if (given === present) return;
  throw new ApiError(
    'bad_param',
    `The given serial number (${given}) does not match the DNS zone’s serial number (${present}). ` +
      'Refresh your view of the DNS zone, then resubmit.',
    { data: { type: 'Stale', detail: null } },
  );
}
