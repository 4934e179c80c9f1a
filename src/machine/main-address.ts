// Which of the machine's IPv4 addresses it speaks from: that of the default route.
import { readFileSync } from 'node:fs';
import type { NetworkInterfaceInfoIPv4 } from 'node:os';
import type { DefaultRoute as ListedRoute } from './addresses/list.ts';
import { environment } from './linux/environment.ts';

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

/** What the kernel says of routes. */
export interface Routes {
  /** /proc/net/route: proc_net(5). Throws on a kernel without it. */
  readonly table: () => string;
  /** The default routes as `ip -json` lists them, with their `src`, which the table does not have. */
  readonly list: () => readonly ListedRoute[];
}

/**
 * The same addresses, the one by which the machine reaches its default gateway first: the `src` of the default route, else
 * the first of its interface that is in the network of the gateway, as the kernel chooses it.
 */
export function mainFirst<Address extends InterfaceAddress>(
  addresses: readonly Address[],
  routes: Routes = kernelRoutes,
): Address[] {
  if (addresses.length < 2) return [...addresses];
  const route = defaultRoute(routes.table);
  if (route === undefined) return [...addresses];
  const source = sourceOf(route, routes.list());
  const onIt = addresses.filter((one) => one.interface.replace(/:.*$/, '') === route.interface);
  const main =
    addresses.find(({ address }) => address === source) ??
    onIt.find((one) => isBeside(one, route.gateway)) ??
    onIt[0];
  return main === undefined ? [...addresses] : [main, ...addresses.filter((one) => one !== main)];
}

function sourceOf(
  { interface: name, metric }: DefaultRoute,
  listed: readonly ListedRoute[],
): string | undefined {
  return listed.find((one) => one.dev === name && (one.metric ?? 0) === metric)?.prefsrc;
}

/** For a server, which answers many calls. A change of `src` alone does not show in the table. */
const LISTED_FOR_MS = 60_000;
const LIMIT_MS = 2_000;
let lastListed:
  { readonly table: string; readonly at: number; readonly routes: readonly ListedRoute[] } | undefined;

const table = () => readFileSync('/proc/net/route', 'latin1');

const kernelRoutes: Routes = {
  table,
  list: () => {
    const now = { table: table(), at: performance.now() };
    if (lastListed?.table !== now.table || now.at - lastListed.at > LISTED_FOR_MS) {
      lastListed = { ...now, routes: askIp() };
    }
    return lastListed.routes;
  },
};

/** Empty if ip(8) is not there: the rest of the rule is good for nearly all machines. */
function askIp(): readonly ListedRoute[] {
  // Loaded only here: most machines have one address, and most calls do not ask for it.
  // eslint-disable-next-line no-restricted-globals
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  try {
    const stdout = execFileSync('ip', ['-json', '-4', 'route', 'show', 'default'], {
      ...{ encoding: 'utf8', env: environment, cwd: '/', timeout: LIMIT_MS },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return stdout.trim() === '' ? [] : (JSON.parse(stdout) as ListedRoute[]);
  } catch {
    return [];
  }
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
