import fc from 'fast-check';
import {
  assertSerial,
  firstSerial,
  isNewer,
  nextSerial,
} from '../../../../src/capabilities/dns/rules/serial.ts';

const today = new Date('2026-11-25T23:59:59Z');

it.each([
  [2026112499, 2026112500],
  [2026112500, 2026112501],
  [2026112599, 2026112600],
  [2027010100, 2027010101],
  [1, 2026112500],
  [0, 2026112500],
  // RFC 1982: the date is ahead of a serial that is about to wrap.
  [4294967295, 2026112500],
  [3000000000, 3000000001],
])('after %d comes %d', (present, next) => expect(nextSerial(present, today)).toBe(next));

it('the serial never decreases, on any day', () => {
  const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), day, (present, on) => {
      const next = nextSerial(present, on);
      expect(isNewer(next, present)).toBe(true);
      expect(next).toBeGreaterThan(0);
      expect(next).toBeLessThan(2 ** 32);
      expect(isNewer(present, next)).toBe(false);
    }),
  );
});

it('the first serial of a day is its date in UTC', () => expect(firstSerial(today)).toBe(2026112500));

it('a serial that the caller has not seen is rejected with the text that clients match', () => {
  assertSerial(5, 5);
  expect(() => assertSerial(5, 6)).toThrow(
    'The given serial number (5) does not match the DNS zone’s serial number (6). Refresh your view of the DNS zone, then resubmit.',
  );
});
