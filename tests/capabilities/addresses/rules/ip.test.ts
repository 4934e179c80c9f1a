import fc from 'fast-check';
import {
  formatIp,
  formatWhole,
  networkOf,
  overlap,
  parseCidr,
  parseIp,
  parseRange,
  sizeOf,
  toHex,
} from '../../../../src/capabilities/addresses/rules/ip.ts';

const range = (text: string) => {
  const read = parseRange(text);
  if (read === undefined) return undefined;
  return [read.first, read.last].map((value) => formatIp({ family: read.family, value })).join(' ');
};

describe('parseRange', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1 192.0.2.1'],
    ['192.0.2.10-192.0.2.20', '192.0.2.10 192.0.2.20'],
    ['192.0.2.10-20', '192.0.2.10 192.0.2.20'],
    ['192.0.2.10 - 192.0.3.1', '192.0.2.10 192.0.3.1'],
    ['192.0.2.0/28', '192.0.2.0 192.0.2.15'],
    ['192.0.2.20/28', '192.0.2.16 192.0.2.31'],
    ['192.0.2.20/32', '192.0.2.20 192.0.2.20'],
    ['0.0.0.0/0', '0.0.0.0 255.255.255.255'],
    ['2001:DB8::1', '2001:db8::1 2001:db8::1'],
    ['2001:db8::/126', '2001:db8:: 2001:db8::3'],
    ['2001:db8::1-2001:db8::f', '2001:db8::1 2001:db8::f'],
    ['::ffff:192.0.2.1', '::ffff:c000:201 ::ffff:c000:201'],
    ['::192.0.2.1', '::c000:201 ::c000:201'],
    ['64:ff9b::192.0.2.1/127', '64:ff9b::c000:200 64:ff9b::c000:201'],
  ])('reads %s', (text, expected) => {
    expect(range(text)).toBe(expected);
  });

  test.each([
    '',
    '-',
    '192.0.2',
    '192.0.2.1.1',
    '192.0.2.256',
    '192.0.2.010',
    '0xc0000201',
    '3221225985',
    '127.1',
    '192.0.2.1-',
    '192.0.2.20-192.0.2.10',
    '192.0.2.20-10',
    '192.0.2.1-256',
    '192.0.2.1-2-3',
    '192.0.2.1-2001:db8::1',
    '2001:db8::1-2',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/24/24',
    '2001:db8::/129',
    'fe80::1%eth0',
    '2001:db8::1::1',
    'example.com',
    '192.0.2.1\n192.0.2.2',
  ])('rejects %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

const ips = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.bigInt(0n, (1n << 128n) - 1n))
  .map(([family, value]) => ({ family, value: family === 4 ? value & 0xffff_ffffn : value }));

test('an address that is written and read again is the same', () => {
  fc.assert(
    fc.property(ips, (ip) => {
      expect(parseIp(formatIp(ip))).toEqual(ip);
      expect(toHex(ip)).toHaveLength(ip.family === 4 ? 8 : 32);
      if (ip.family === 6) expect(parseIp(formatWhole(ip))).toEqual(ip);
    }),
  );
});

test('a network contains its address, and has 2 to the power of its host bits addresses', () => {
  fc.assert(
    fc.property(ips, fc.nat(128), (ip, bits) => {
      const length = ip.family === 4 ? bits % 33 : bits;
      const network = networkOf(ip, length);
      expect(network.first <= ip.value && ip.value <= network.last).toBe(true);
      expect(sizeOf(network)).toBe(2n ** BigInt((ip.family === 4 ? 32 : 128) - length));
      expect(parseCidr(`${formatIp(ip)}/${length}`)).toEqual({ network, prefixLength: length });
      expect(overlap(network, { ...network, first: ip.value, last: ip.value })).toBe(true);
    }),
  );
});
