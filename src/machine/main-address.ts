// Finds the main IPv4 address of the machine: the source address of the default route.
import { readFileSync } from 'node:fs';
import type { NetworkInterfaceInfoIPv4 } from 'node:os';
import type { DefaultRoute as ListedRoute } from './addresses/list.ts';
import { environment } from './linux/environment.ts';

/** An IPv4 address and its interface: `eth0`, or with a label, `eth0:1`. */
export interface InterfaceAddress extends Pick<NetworkInterfaceInfoIPv4, 'address' | 'netmask'> {
  readonly interface: string;
}

interface DefaultRoute {
  readonly interface: string;
  /** The gateway as the kernel writes it; 0 if the route has no gateway. */
  readonly gateway: number;
  readonly metric: number;
}

/** The route flags RTF_UP and RTF_REJECT: linux/route.h. */
const UP = 0x1;
const REJECT = 0x200;

/** The routes of the kernel. */
export interface Routes {
  /** /proc/net/route: proc_net(5). Throws on a kernel without it. */
  readonly table: () => string;
  /** The default routes as `ip -json` lists them. They include the `src`, which the table does not have. */
  readonly list: () => readonly ListedRoute[];
}

/**
 * Returns the same addresses, with the one first that the machine uses to reach its default gateway. This is the `src`
 * of the default route. Without a `src`, it is the first address of the route's interface that is in the gateway's
 * network, as the kernel chooses it.
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

/** A server handles many calls, so it reuses the list. The table does not show a change of `src` alone. */
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

/** Returns an empty list if ip(8) is not installed: the rest of the rule works on nearly all machines. */
function askIp(): readonly ListedRoute[] {
  // Loaded only here: most machines have one address, and most calls do not ask for it.
  // oxlint-disable-next-line no-restricted-globals
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

/** Reads the main routing table, /proc/net/route: proc_net(5). Returns undefined if there is no default route. */
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

/** In the byte order of /proc/net/route, which is the machine's. Assumes little-endian, as on amd64 and arm64. */
function toNumber(address: string): number {
  return address.split('.').reduce((sum, part, at) => sum + Number(part) * 256 ** at, 0);
}
