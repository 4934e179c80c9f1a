// The address of the default route is preferred, with the routes from /proc/net/route.
import { mainFirst } from '../../src/machine/main-address.ts';

const on = (name: string, address: string) => ({ interface: name, address, netmask: '255.255.255.0' });
const addresses = [
  on('docker0', '172.17.0.1'),
  on('eth0:1', '198.51.100.7'),
  on('eth0', '192.0.2.7'),
  on('wg0', '10.0.0.7'),
];
const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const route = (name: string, gateway: string, flags: string, metric = 0, mask = '00000000') =>
  `${name}\t00000000\t${gateway}\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;
interface Listed {
  dev: string;
  metric?: number;
  prefsrc?: string;
}
const routesOf = (table: string, listed: Listed[] = []) => ({
  table: () => HEAD + table,
  list: () => listed,
});
const first = (table: string, listed?: Listed[]) => mainFirst(addresses, routesOf(table, listed))[0]?.address;

test.each([
  ['beside the gateway', route('eth0', '010200C0', '0003'), '192.0.2.7'],
  ['of an alias beside the gateway', route('eth0', '016433C6', '0003'), '198.51.100.7'],
  ['of the interface, for a gateway elsewhere', route('eth0', '0101A8C0', '0003'), '198.51.100.7'],
  ['of a tunnel without a gateway', route('wg0', '00000000', '0001'), '10.0.0.7'],
  [
    'of the lower metric',
    route('wg0', '00000000', '0001', 50) + route('eth0', '010200C0', '0003', 10),
    '192.0.2.7',
  ],
  [
    'of a route that is up',
    route('wg0', '00000000', '0000') + route('eth0', '010200C0', '0003', 10),
    '192.0.2.7',
  ],
  [
    'of no rejecting route',
    route('wg0', '00000000', '0201') + route('eth0', '010200C0', '0003', 10),
    '192.0.2.7',
  ],
  [
    'of a whole default route',
    route('wg0', '00000000', '0001', 0, '00000080') + route('eth0', '010200C0', '0003', 9),
    '192.0.2.7',
  ],
  ['that the kernel lists first, without a route', '', '172.17.0.1'],
  ['that the kernel lists first, for an unknown interface', route('ppp0', '00000000', '0001'), '172.17.0.1'],
])('the address %s', (_what, routes, expected) => {
  expect(first(routes)).toBe(expected);
  expect(mainFirst(addresses, routesOf(routes))).toHaveLength(addresses.length);
});

const plain = route('eth0', '010200C0', '0003', 100);
test.each<[string, Listed[], string]>([
  ['of the interface', [{ dev: 'eth0', metric: 100, prefsrc: '198.51.100.7' }], '198.51.100.7'],
  ['of another interface', [{ dev: 'eth0', metric: 100, prefsrc: '10.0.0.7' }], '10.0.0.7'],
  ['that no interface has', [{ dev: 'eth0', metric: 100, prefsrc: '203.0.113.1' }], '192.0.2.7'],
  [
    'of another route',
    [
      { dev: 'wg0', metric: 9, prefsrc: '10.0.0.7' },
      { dev: 'eth0', metric: 100 },
    ],
    '192.0.2.7',
  ],
  ['of the same interface with another metric', [{ dev: 'eth0', prefsrc: '10.0.0.7' }], '192.0.2.7'],
])('a “src” %s', (_what, listed, expected) => {
  expect(first(plain, listed)).toBe(expected);
});

test('a machine with one address runs no tool', () => {
  const fail = () => {
    throw new Error('asked');
  };
  expect(mainFirst([on('eth0', '192.0.2.7')], { table: fail, list: fail })).toHaveLength(1);
});

test('a machine without /proc keeps the order', () => {
  const table = () => {
    throw new Error('ENOENT');
  };
  expect(mainFirst(addresses, { table, list: () => [] })).toEqual(addresses);
});
