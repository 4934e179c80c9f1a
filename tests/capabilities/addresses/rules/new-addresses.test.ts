import type { MachineAddress } from '../../../../src/core/machine-addresses.ts';
import {
  readNewAddresses,
  type NewAddressesForm,
} from '../../../../src/capabilities/addresses/rules/new-addresses.ts';

const one = (address: string, prefixLength: number, more: Partial<MachineAddress> = {}): MachineAddress => ({
  ...{ address, prefixLength, family: 4, interface: 'eth0', scope: 'global' },
  ...{ isActive: true, isMain: false, isAdded: false },
  ...more,
});
const server = [
  one('127.0.0.1', 8, { interface: 'lo', scope: 'host' }),
  one('192.0.2.2', 24, { isMain: true }),
  one('192.0.2.9', 32, { isAdded: true }),
  one('203.0.113.9', 24, { isAdded: true, isActive: false }),
];

function read(form: Partial<NewAddressesForm>) {
  const given = { ips: '198.51.100.10', prefixLength: 24, excludes: '', ...form };
  const { added, existing, ...rest } = readNewAddresses(given, { server, interface: 'eth0' });
  return {
    ...rest,
    added: added.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
    existing: existing.map(({ address }) => address),
  };
}
const added = (form: Partial<NewAddressesForm>) => read(form).added;

describe('the addresses that a call adds', () => {
  test('are single ones, ranges and networks, each once', () => {
    expect(added({ ips: '198.51.100.10' })).toEqual(['198.51.100.10/24']);
    expect(added({ ips: '198.51.100.10-12, 198.51.100.11,198.51.100.20' })).toEqual([
      '198.51.100.10/24',
      '198.51.100.11/24',
      '198.51.100.12/24',
      '198.51.100.20/24',
    ]);
  });

  test('omit only the first and the last address of the network of the netmask', () => {
    expect(read({ ips: '198.51.100.0/29', prefixLength: 29 })).toMatchObject({
      added: [1, 2, 3, 4, 5, 6].map((last) => `198.51.100.${last}/29`),
      skipped: ['198.51.100.0', '198.51.100.7'],
    });
    expect(read({ ips: '198.51.100.0/29', prefixLength: 24 }).skipped).toEqual(['198.51.100.0']);
    expect(added({ ips: '198.51.100.0/30', prefixLength: 32 })).toHaveLength(4);
    expect(added({ ips: '198.51.100.0/31', prefixLength: 31 })).toHaveLength(2);
  });

  test('omit the excluded ones, and report excludes without effect', () => {
    expect(
      read({ ips: '198.51.100.1-6', excludes: '198.51.100.2,198.51.100.4-5,203.0.113.1' }),
    ).toMatchObject({
      added: ['198.51.100.1/24', '198.51.100.3/24', '198.51.100.6/24'],
      uselessExcludes: ['203.0.113.1'],
    });
  });

  test('are added with a prefix length of 32 in a network that the server already has', () => {
    expect(added({ ips: '192.0.2.10', prefixLength: 24 })).toEqual(['192.0.2.10/32']);
    expect(added({ ips: '192.0.2.10', prefixLength: 25 })).toEqual(['192.0.2.10/25']);
    // An address that was added is not the server's own.
    expect(added({ ips: '203.0.113.10', prefixLength: 24 })).toEqual(['203.0.113.10/24']);
  });

  test('are distinguished from existing ones', () => {
    expect(read({ ips: '192.0.2.8-10' })).toMatchObject({
      added: ['192.0.2.8/32', '192.0.2.10/32'],
      existing: ['192.0.2.9'],
    });
    expect(read({ ips: '192.0.2.9' })).toMatchObject({ added: [], existing: ['192.0.2.9'] });
    // The interface has lost it.
    expect(read({ ips: '203.0.113.9' })).toMatchObject({ added: ['203.0.113.9/24'], existing: [] });
  });

  test.each<[Partial<NewAddressesForm>, string]>([
    [{ ips: '' }, 'The parameter “ips” is empty. Name an address or a range.'],
    [{ ips: ' , ' }, 'The parameter “ips” is empty. Name an address or a range.'],
    [
      { ips: '198.51.100.10,x' },
      'The parameter “ips” should have IPv4 addresses (192.0.2.10), ranges (192.0.2.10-192.0.2.20) or networks (192.0.2.0/28), not “x”.',
    ],
    [
      { ips: '2001:db8::1' },
      'The parameter “ips” should have IPv4 addresses (192.0.2.10), ranges (192.0.2.10-192.0.2.20) or networks (192.0.2.0/28), not “2001:db8::1”. IPv6 addresses are assigned by ipv6_range_add and ipv6_enable_account.',
    ],
    [{ ips: '10.0.0.0/8' }, '“10.0.0.0/8” has 16,777,216 addresses. Add at most 1,024 at once.'],
    [
      { ips: '10.0.0.0/22,10.1.0.1' },
      '“10.0.0.0/22,10.1.0.1” has 1,025 addresses. Add at most 1,024 at once.',
    ],
    [
      { ips: '0.0.0.0/0', excludes: '0.0.0.0/0' },
      '“0.0.0.0/0” has 4,294,967,296 addresses. Add at most 1,024 at once.',
    ],
    [
      { ips: '198.51.100.255' },
      '198.51.100.255 is the network’s own or its broadcast address with the netmask 255.255.255.0. Use 255.255.255.255 if the address alone is routed to this server.',
    ],
    [{ ips: '127.0.0.2' }, '127.0.0.2 cannot be an address of this server: it is the server itself.'],
    [{ ips: '224.0.0.1' }, '224.0.0.1 cannot be an address of this server: it is a multicast address.'],
    [{ ips: '0.1.2.3' }, '0.1.2.3 cannot be an address of this server: it is the unspecified address.'],
    [{ ips: '240.0.0.1' }, '240.0.0.1 cannot be an address of this server: it is reserved (240.0.0.0/4).'],
    [{ ips: '169.254.1.1' }, '169.254.1.1 cannot be an address of this server: it is a link-local address.'],
    [{ ips: '192.0.2.2' }, 'The server already has the address 192.0.2.2, on the interface “eth0”.'],
    [
      { ips: '198.51.100.1-2', excludes: '198.51.100.0/24' },
      '“198.51.100.1-2” has no usable address: all are excluded, or are network or broadcast addresses.',
    ],
    [
      { excludes: 'all' },
      'The parameter “excludes” should have IPv4 addresses (192.0.2.10), ranges (192.0.2.10-192.0.2.20) or networks (192.0.2.0/28), not “all”.',
    ],
  ])('are rejected: %j', (form, reason) => {
    expect(() => read(form)).toThrow(reason);
  });
});
