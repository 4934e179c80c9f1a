// Which of the machine's IPv4 addresses it speaks from: that of the default route.
import { readFileSync } from 'node:fs';
import type { NetworkInterfaceInfoIPv4 } from 'node:os';

/** An IPv4 address, and the interface that has it: `eth0`, or with a label, `eth0:1`. */
export interface InterfaceAddress extends Pick<NetworkInterfaceInfoIPv4, 'address' | 'netmask'> {
  readonly interface: string;
}

interface DefaultRoute {
  readonly interface: string;
  /** The gateway as the kernel writes it; 0 if the network itself is everything. */
  readonly gateway: number;
  readonly metric: number;
}

/** Of RTF_UP, RTF_REJECT: linux/route.h. */
const UP = 0x1;
const REJECT = 0x200;

/** The same addresses, the one by which the machine reaches its default gateway first. */
export function mainFirst<Address extends InterfaceAddress>(
  addresses: readonly Address[],
  routes: () => string = () => readFileSync('/proc/net/route', 'latin1'),
): Address[] {
  if (addresses.length < 2) return [...addresses];
  const route = defaultRoute(routes);
  const onIt = addresses.filter((one) => one.interface.replace(/:.*$/, '') === route?.interface);
  const main = onIt.find((one) => route !== undefined && isBeside(one, route.gateway)) ?? onIt[0];
  return main === undefined ? [...addresses] : [main, ...addresses.filter((one) => one !== main)];
}

/** From the main routing table, as /proc/net/route shows it: proc_net(5). Undefined if there is none. */
function defaultRoute(read: () => string): DefaultRoute | undefined {
  let text: string;
  try {
    text = read();
  } catch {
    // A kernel without /proc.
    return undefined;
  }
  const routes = text.split('\n').flatMap((line): DefaultRoute[] => {
    const [name = '', destination, gateway = '', flags = '', , , metric = '', mask] = line.split('\t');
    if (destination !== '00000000' || mask !== '00000000') return [];
    const set = Number.parseInt(flags, 16);
    if ((set & UP) === 0 || (set & REJECT) !== 0) return [];
    return [{ interface: name, gateway: Number.parseInt(gateway, 16), metric: Number(metric) }];
  });
  return routes.toSorted((one, other) => one.metric - other.metric)[0];
}

function isBeside({ address, netmask }: InterfaceAddress, gateway: number): boolean {
  const mask = toNumber(netmask);
  return ((toNumber(address) ^ gateway) & mask) === 0;
}

/** In the byte order of the file, which is the machine's: little-endian on all that Debian 64-bit servers are. */
function toNumber(address: string): number {
  return address.split('.').reduce((sum, part, at) => sum + Number(part) * 256 ** at, 0);
}
