// IP addresses and ranges of them: reads them, formats them, and converts them to keys that sort in the order of the
// addresses.
import ipaddr from 'ipaddr.js';
import type { Machine } from '../../../../core/machine.ts';
import { withoutDots } from '../../../../core/ipv4-within.ts';

/** The first and the last address as keys: 4 or 6, then the bytes in hexadecimal. */
export interface Range {
  readonly first: string;
  readonly last: string;
}

/** Returns the key of a client's address. @throws TypeError if it is not an address. */
export function keyOf(address: string): string {
  // The zone (fe80::1%eth0) names only the interface, not the client.
  const key = parse(address.replace(/%.*$/s, ''));
  if (key === undefined) throw new TypeError('Invalid IP address.');
  return key;
}

/**
 * Reads an address, a network (`192.0.2.0/24`, `2001:db8::/32`), or a range (`FIRST-LAST`), as an administrator wrote
 * it. Undefined for any other text.
 */
export function readRange(text: string): Range | undefined {
  const [first = '', last, ...more] = text.split('-').map((part) => part.trim());
  if (more.length > 0) return undefined;
  if (last !== undefined) return between(parse(first), parse(last));
  if (first.includes('/')) return readNetwork(first);
  const key = parse(first);
  return key === undefined ? undefined : { first: key, last: key };
}

function readNetwork(text: string): Range | undefined {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    const { IPv4 } = ipaddr;
    return {
      first: toKey(IPv4.networkAddressFromCIDR(text)),
      last: toKey(IPv4.broadcastAddressFromCIDR(text)),
    };
  }
  const plain = withoutDots(text);
  if (plain.includes('%') || !ipaddr.IPv6.isValidCIDR(plain)) return undefined;
  const first = ipaddr.IPv6.networkAddressFromCIDR(plain);
  const last = ipaddr.IPv6.broadcastAddressFromCIDR(plain);
  const areMapped = first.isIPv4MappedAddress() && last.isIPv4MappedAddress();
  return areMapped
    ? { first: toKey(first.toIPv4Address()), last: toKey(last.toIPv4Address()) }
    : { first: toKey(first), last: toKey(last) };
}

function between(first: string | undefined, last: string | undefined): Range | undefined {
  if (first === undefined || last === undefined) return undefined;
  return versionOf(first) === versionOf(last) && first <= last ? { first, last } : undefined;
}

/** The parser of ipaddr.js also accepts `127.1` and octal numbers, which are typos here. */
function parse(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return toKey(ipaddr.IPv4.parse(text));
  const plain = withoutDots(text);
  if (plain.includes('%') || !ipaddr.IPv6.isValid(plain)) return undefined;
  const address = ipaddr.IPv6.parse(plain);
  // A socket for both IP versions reports IPv4 addresses as ::ffff:192.0.2.1.
  return toKey(address.isIPv4MappedAddress() ? address.toIPv4Address() : address);
}

function toKey(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const bytes = address.toByteArray().map((byte) => byte.toString(16).padStart(2, '0'));
  return `${address.kind() === 'ipv4' ? 4 : 6}${bytes.join('')}`;
}

export function versionOf(key: string): 4 | 6 {
  return key.startsWith('4') ? 4 : 6;
}

const MAPPED = 0xffffn << 32n;
const MAPPED_LAST = MAPPED + 0xffff_ffffn;

/** The ranges of a network in numbers of IPv6, in which IPv4 addresses are mapped (::ffff:192.0.2.1). */
export function rangesWithin({ first, last }: { readonly first: bigint; readonly last: bigint }): Range[] {
  const least = (one: bigint, other: bigint) => (one < other ? one : other);
  const most = (one: bigint, other: bigint) => (one > other ? one : other);
  return [
    { version: 6, first, last: least(last, MAPPED - 1n) },
    { version: 4, first: most(first, MAPPED) - MAPPED, last: least(last, MAPPED_LAST) - MAPPED },
    { version: 6, first: most(first, MAPPED_LAST + 1n), last },
  ]
    .filter((part) => part.first <= part.last)
    .map((part) => {
      const key = (number: bigint) =>
        `${part.version}${number.toString(16).padStart(part.version === 4 ? 8 : 32, '0')}`;
      return { first: key(part.first), last: key(part.last) };
    });
}

/** Formats an address. */
export function textOf(key: string): string {
  const bytes = (key.slice(1).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return ipaddr.fromByteArray(bytes).toString();
}

/** Formats a range as `192.0.2.1` or `192.0.2.0-192.0.2.255`. */
export function textOfRange({ first, last }: Range): string {
  return first === last ? textOf(first) : `${textOf(first)}-${textOf(last)}`;
}

/**
 * Returns the range that is counted and blocked as one source: a single IPv4 address, or an IPv6 /64, because one
 * customer has a whole /64.
 */
export function sourceOf(key: string): Range {
  if (versionOf(key) === 4) return { first: key, last: key };
  const network = key.slice(0, 17);
  return { first: network.padEnd(33, '0'), last: network.padEnd(33, 'f') };
}

/** Formats the network of an IPv6 address with this many bits, a multiple of 4. */
export function networkOf(key: string, bits: number): string {
  return `${textOf(key.slice(0, 1 + bits / 4).padEnd(33, '0'))}/${bits}`;
}

/** Extends a range so that it contains whole sources only. */
export function withWholeSources({ first, last }: Range): Range {
  return { first: sourceOf(first).first, last: sourceOf(last).last };
}

/** Formats a source as `192.0.2.1` or `2001:db8::/64`. */
export function textOfSource({ first, last }: Range): string {
  return first === last ? textOf(first) : `${textOf(first)}/64`;
}

export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** True if the address is a loopback address, or one of the machine's own. */
export function isLocal(key: string, { addresses }: Machine['system']): boolean {
  return key.startsWith('47f') || key === LOOPBACK_6 || addresses().some((own) => keyOf(own) === key);
}

const LOOPBACK_6 = `6${'1'.padStart(32, '0')}`;
