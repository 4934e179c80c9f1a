import type { ApiError } from '../../../../src/core/errors.ts';
import { includes, readAddresses } from '../../../../src/capabilities/logins/rules/address-lists.ts';

const read = (...given: string[]) => readAddresses('ip', given);

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.0/24', '192.0.2.0/24'],
  ['192.0.2.77/24', '192.0.2.0/24'],
  ['192.0.2.1/32', '192.0.2.1/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['fc00:abcd::f', 'fc00:abcd:0000:0000:0000:0000:0000:000f'],
  ['FC00:ABCD::F', 'fc00:abcd:0000:0000:0000:0000:0000:000f'],
  ['::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['2620:0:28a4::/48', '2620:0000:28a4:0000:0000:0000:0000:0000/48'],
  ['2620:0:28a4::1/48', '2620:0000:28a4:0000:0000:0000:0000:0000/48'],
  ['::/0', '0000:0000:0000:0000:0000:0000:0000:0000/0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1/120', '192.0.2.0/24'],
  // RFC 4291, section 2.5.5.1: not an IPv4 address.
  ['::192.0.2.1', '0000:0000:0000:0000:0000:0000:c000:0201'],
  ['::192.0.2.1/120', '0000:0000:0000:0000:0000:0000:c000:0200/120'],
  ['64:ff9b::192.0.2.1', '0064:ff9b:0000:0000:0000:0000:c000:0201'],
])('%s is written %s', (given, written) => {
  expect(read(given)).toEqual([written]);
  expect(read(written)).toEqual([written]);
});

test.each([
  ...['', ' ', 'any', 'localhost', 'example.com', '192.0.2', '192.0.2.1.1', '192.0.2.256', '3221225985'],
  ...['0xc0.0.2.1', '010.0.0.1', '192.0.2.1 ', '192.0.2.1/', '192.0.2.1/33', '192.0.2.1/-1', '192.0.2.1/a'],
  ...['192.0.2.0/255.255.255.0', '192.0.2.1-9', '192.0.2.*', '192.0.2.1,192.0.2.2', ':', ':::', '1::2::3'],
  ...['2001:db8::/129', 'fe80::1%eth0', '[::1]', 'g::1', '2001:db8::1/64/64', '::ffff:192.0.2.1/64'],
])('“%s” is not an address', (given) => {
  expect(() => read(given)).toThrow(`not “${given}”.`);
});

test('no entry is duplicated', () => {
  expect(read('192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1')).toEqual(['192.0.2.1']);
});

test('all invalid entries are named, up to ten', () => {
  const bad = Array.from({ length: 12 }, (_, at) => `x${at}`);
  let error: unknown;
  try {
    read('192.0.2.1', ...bad);
  } catch (thrown) {
    error = thrown;
  }
  const { code, message } = error as ApiError;
  expect(code).toBe('bad_param');
  expect(message).toBe(
    'The parameter “ip” should be an IPv4 or IPv6 address, or a range such as 192.0.2.0/24 or 2001:db8::/32, ' +
      'not “x0”, “x1”, “x2”, “x3”, “x4”, “x5”, “x6”, “x7”, “x8”, “x9” and others.',
  );
});

test.each([
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.8/29', '192.0.2.7', false],
  ['192.0.2.8/29', '192.0.2.8', true],
  ['192.0.2.8/29', '192.0.2.15', true],
  ['192.0.2.8/29', '192.0.2.16', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '203.0.113.9', false],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['192.0.2.1', '::ffff:c000:201', true],
  ['192.0.2.1', '::192.0.2.1', false],
  ['0.0.0.0/0', '::192.0.2.1', false],
  ['::192.0.2.1', '192.0.2.1', false],
  ['::192.0.2.1', '::192.0.2.1', true],
  ['::192.0.2.1', '::c000:201', true],
  ['64:ff9b::/96', '64:ff9b::192.0.2.1', true],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::1', '2001:0DB8:0:0::1', true],
  ['192.0.2.1', 'example.com', false],
  ['192.0.2.1', '', false],
])('%s and the address %s: %s', (entry, address, expected) => {
  expect(includes(read(entry), address)).toBe(expected);
});

test('an empty list includes nothing', () => {
  expect(includes([], '192.0.2.1')).toBe(false);
});
