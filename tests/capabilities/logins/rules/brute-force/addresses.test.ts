import {
  isLocal,
  keyOf,
  readRange,
  textOfRange,
} from '../../../../../src/capabilities/logins/rules/brute-force/addresses.ts';
import { system } from '../../../../../src/machine/system.ts';

const machine = { ...system, addresses: () => ['192.0.2.1'] as [string] };

// RFC 4291, section 2.5.5: ::ffff:192.0.2.1 is the IPv4 address, and ::192.0.2.1 is an ordinary IPv6 address.
test.each([
  ['127.0.0.1', true],
  ['::ffff:127.0.0.1', true],
  ['::1', true],
  ['::0.0.0.1', true],
  ['192.0.2.1', true],
  ['::ffff:192.0.2.1', true],
  ['::127.0.0.1', false],
  ['::192.0.2.1', false],
  ['64:ff9b::127.0.0.1', false],
])('%s is local: %s', (address, expected) => {
  expect(isLocal(keyOf(address), machine)).toBe(expected);
});

test.each([
  ['::ffff:192.0.2.0/120', '192.0.2.0-192.0.2.255'],
  ['::192.0.2.0/120', '::c000:200-::c000:2ff'],
  ['::192.0.2.1', '::c000:201'],
])('the range %s is %s', (given, expected) => {
  const range = readRange(given);
  expect(range === undefined ? undefined : textOfRange(range)).toBe(expected);
});
