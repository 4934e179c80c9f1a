// Converts IP addresses between text and numbers.
import ipaddr from 'ipaddr.js';
import { withoutDots } from '../../../core/ipv4-within.ts';

export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Returns undefined unless the address is in the usual form. Zones, octal numbers and `127.1` are invalid. */
export function parseIp(text: string): Ip | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return toIp(ipaddr.IPv4.parse(text));
  const plain = withoutDots(text);
  if (plain.includes('%') || !plain.includes(':') || !ipaddr.IPv6.isValid(plain)) return undefined;
  return toIp(ipaddr.IPv6.parse(plain));
}

function toIp(address: ipaddr.IPv4 | ipaddr.IPv6): Ip {
  const value = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: address.kind() === 'ipv4' ? 4 : 6, value };
}

/** Formats an address as in RFC 5952: `192.0.2.1`, `2001:db8::1`. */
export function formatIp(ip: Ip): string {
  const parsed = toParsed(ip);
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).toRFC5952String();
}

/** Formats an IPv6 address with every digit: `2001:0db8:0000:0000:0000:0000:0000:0001`. */
export function formatWhole({ value }: Ip): string {
  return (toHex({ family: 6, value }).match(/.{4}/g) ?? []).join(':');
}

/** Returns ipaddr.js’s name for the kind of address: `unicast`, `private`, `loopback`, `multicast` … */
export function kindOf(ip: Ip): string {
  return toParsed(ip).range();
}

function toParsed(ip: Ip): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.fromByteArray((toHex(ip).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
}

/** Returns the bytes of an address in hexadecimal. Within a family, these texts sort in the order of the addresses. */
export function toHex({ family, value }: Ip): string {
  return value.toString(16).padStart(BITS[family] / 4, '0');
}

/** Returns the network with this prefix length that contains an address. */
export function networkOf({ family, value }: Ip, prefixLength: number): IpRange {
  const hosts = (1n << BigInt(BITS[family] - prefixLength)) - 1n;
  return { family, first: value & ~hosts, last: value | hosts };
}

export function sizeOf({ first, last }: IpRange): bigint {
  return last - first + 1n;
}

export function contains(range: IpRange, { family, value }: Ip): boolean {
  return range.family === family && range.first <= value && value <= range.last;
}

export function overlap(one: IpRange, other: IpRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/**
 * Reads a network such as `192.0.2.0/24`. The bits after the prefix can have any value. Undefined for any other text.
 */
export function parseCidr(
  text: string,
): { readonly network: IpRange; readonly prefixLength: number } | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const ip = parseIp(address);
  const prefixLength = Number(bits);
  if (ip === undefined || bits === '' || prefixLength > BITS[ip.family]) return undefined;
  return { network: networkOf(ip, prefixLength), prefixLength };
}

/**
 * Reads an address, a network (`192.0.2.0/24`) or a range: `192.0.2.10-192.0.2.20`, or `192.0.2.10-20` for short.
 * Undefined for any other text, and if the range ends before it begins.
 */
export function parseRange(text: string): IpRange | undefined {
  if (text.includes('/')) return parseCidr(text)?.network;
  const [start = '', end, ...more] = text.split('-').map((part) => part.trim());
  const first = parseIp(start);
  if (first === undefined || more.length > 0) return undefined;
  if (end === undefined) return { family: first.family, first: first.value, last: first.value };
  const isShort = first.family === 4 && /^\d{1,3}$/.test(end);
  const last = parseIp(isShort ? start.replace(/\d+$/, end) : end);
  if (last?.family !== first.family || last.value < first.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

/** Formats a range as `192.0.2.10-192.0.2.20`, or as one address if it has only one. */
export function formatRange({ family, first, last }: IpRange): string {
  const [start, end] = [first, last].map((value) => formatIp({ family, value }));
  return start === end ? `${start}` : `${start}-${end}`;
}
