// Reads the addresses that a call adds to the server’s network interface, and checks them.
import type { AddressPlace, NewMachineAddress, MachineAddress } from '../../../core/machine-addresses.ts';
import { MAX_NEW_ADDRESSES } from '../../../core/machine-addresses.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import {
  contains,
  formatIp,
  formatRange,
  kindOf,
  networkOf,
  parseIp,
  parseRange,
  sizeOf,
  type Ip,
  type IpRange,
} from './ip.ts';
import { formatNetmask } from './netmask.ts';

export interface NewAddressesForm {
  readonly ips: string;
  /** The prefix length of the netmask. */
  readonly prefixLength: number;
  readonly excludes: string;
}

export interface NewAddresses {
  readonly added: readonly NewMachineAddress[];
  /** Addresses that the server already has, with their interface. */
  readonly existing: readonly MachineAddress[];
  /** Addresses of a range that no interface can have: the network’s own address and its broadcast address. */
  readonly skipped: readonly string[];
  /** Addresses in `excludes` that are not in `ips`. */
  readonly uselessExcludes: readonly string[];
}

/** @throws ApiError `bad_param` for an address that cannot be added, or if there is nothing to add. */
export function readNewAddresses(
  { ips, prefixLength, excludes }: NewAddressesForm,
  { server, interface: name }: { readonly server: readonly MachineAddress[]; readonly interface: string },
): NewAddresses {
  const ranges = readRanges('ips', ips);
  const excluded = readRanges('excludes', excludes);
  if (ranges.length === 0) throw badParam('The parameter “ips” is empty. Name an address or a range.');
  const size = ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
  if (size > MAX_NEW_ADDRESSES) {
    throw badParam(
      `${quote(ips)} has ${size.toLocaleString('en-GB')} addresses. Add at most ${MAX_NEW_ADDRESSES.toLocaleString('en-GB')} at once.`,
    );
  }
  const byAddress = new Map(server.map((one) => [one.address, one]));
  const found = new Map<string, NewMachineAddress>();
  const existing = new Map<string, MachineAddress>();
  const skipped: string[] = [];
  for (const range of ranges) {
    for (let { first: value } = range; value <= range.last; value++) {
      const ip: Ip = { family: 4, value };
      if (excluded.some((one) => contains(one, ip))) continue;
      assertUsable(ip);
      const address = formatIp(ip);
      const known = byAddress.get(address);
      if (known !== undefined && !(known.isAdded && !known.isActive)) existing.set(address, known);
      else if (!isHost(ip, prefixLength)) {
        if (range.first === range.last) throw notAHost(address, prefixLength);
        skipped.push(address);
      } else {
        const bound = bindingLength(ip, prefixLength, server, name);
        found.set(address, { address, prefixLength: bound, interface: name });
      }
    }
  }
  const others = [...existing.values()].filter(({ isAdded }) => !isAdded);
  if (found.size === 0 && (existing.size === 0 || others.length > 0)) {
    const [one] = others;
    throw badParam(
      one === undefined
        ? `${quote(ips)} has no usable address: all are excluded, or are network or broadcast addresses.`
        : `The server already has the address ${one.address}, on the interface “${one.interface}”.`,
    );
  }
  const useless = excluded.filter(
    (one) => !ranges.some((range) => one.first <= range.last && range.first <= one.last),
  );
  return {
    added: [...found.values()],
    existing: [...existing.values()],
    skipped,
    uselessExcludes: useless.map(formatRange),
  };
}

/** Reads a comma-separated list of IPv4 ranges. @throws ApiError `bad_param`. */
export function readRanges(param: string, text: string): IpRange[] {
  return text
    .split(/[,\s]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const range = parseRange(word);
      if (range?.family === 4) return range;
      const instead =
        range === undefined ? '' : ' IPv6 addresses are assigned by ipv6_range_add and ipv6_enable_account.';
      throw badParam(
        `The parameter “${param}” should have IPv4 addresses (192.0.2.10), ranges (192.0.2.10-192.0.2.20) or networks ` +
          `(192.0.2.0/28), not ${quote(word)}.${instead}`,
      );
    });
}

const UNUSABLE: Readonly<Record<string, string>> = {
  unspecified: 'it is the unspecified address',
  broadcast: 'it is the broadcast address of every network',
  multicast: 'it is a multicast address',
  loopback: 'it is the server itself',
  linkLocal: 'it is a link-local address',
};
/** Addresses from 240.0.0.0 are reserved and cannot be used. */
const CLASS_E = 240n << 24n;

function assertUsable(ip: Ip): void {
  const why = ip.value >= CLASS_E ? 'it is reserved (240.0.0.0/4)' : UNUSABLE[kindOf(ip)];
  if (why !== undefined) throw badParam(`${formatIp(ip)} cannot be an address of this server: ${why}.`);
}

/** False for the first and the last address of a network, unless it has only one or two addresses (RFC 3021). */
function isHost(ip: Ip, prefixLength: number): boolean {
  if (prefixLength >= 31) return true;
  const { first, last } = networkOf(ip, prefixLength);
  return ip.value !== first && ip.value !== last;
}

function notAHost(address: string, prefixLength: number): Error {
  return badParam(
    `${address} is the network’s own or its broadcast address with the netmask ${formatNetmask(prefixLength)}. ` +
      'Use 255.255.255.255 if the address alone is routed to this server.',
  );
}

/**
 * Returns the prefix length to bind an address with. If the interface is already in the network, the address is bound
 * with /32. The server then keeps using its own address for outgoing traffic, even if a restart binds the addresses in
 * another order.
 */
function bindingLength(
  ip: Ip,
  prefixLength: number,
  server: readonly MachineAddress[],
  name: string,
): number {
  const isIn = server.some((one) => {
    if (one.isAdded || one.interface !== name || one.prefixLength !== prefixLength) return false;
    const own = parseIp(one.address);
    return own?.family === ip.family && contains(networkOf(own, prefixLength), ip);
  });
  return isIn ? 32 : prefixLength;
}

/** @throws ApiError `host_failed` if the server has no network interface with an address. */
export function findPlace(place: AddressPlace | undefined): AddressPlace {
  if (place !== undefined) return place;
  throw new ApiError(
    'host_failed',
    'The server has no network interface with an address, so no address can be added.',
  );
}

/** Returns WHM's message about an added address. */
export function describeAdded(one: NewMachineAddress, prefixLength: number): string {
  const ip = parseIp(one.address);
  const broadcast =
    ip === undefined || prefixLength > 30
      ? one.address
      : formatIp({ family: 4, value: networkOf(ip, prefixLength).last });
  return `${one.interface} is now up. ${one.address}/${formatNetmask(prefixLength)} broadcast ${broadcast} has been added.`;
}
