// Reverse DNS names: in-addr.arpa (RFC 1035, section 3.5) and ip6.arpa (RFC 3596, section 2.5).
import ipaddr from 'ipaddr.js';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { parseIpv6 } from './field-kinds.ts';

/** The maximum for one range. More zones are not intended. */
const MAX_ZONES = 256;

/**
 * The name of the PTR record of an address.
 * @throws ApiError `bad_param` if it is not an IPv4 or IPv6 address
 */
export function reverseName(param: string, address: string): string {
  const bytes = bytesOf(address);
  if (bytes === undefined) {
    throw badParam(`The parameter “${param}” should be an IPv4 or IPv6 address, not ${quote(address)}.`);
  }
  return reverse(unitsOf(bytes), bytes.length);
}

/**
 * The reverse zones that cover exactly the addresses of a range. IPv4 ranges of /25 to /31 have the classless name of
 * RFC 2317, such as 0/25.2.0.192.in-addr.arpa. Other ranges that end within a label need several zones.
 * @throws ApiError `bad_param` if it is not a range in CIDR notation, or needs more than 256 zones
 */
export function reverseZones(param: string, range: string): string[] {
  const [, address = '', suffix = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(range) ?? [];
  const bytes = bytesOf(address);
  const bits = Number(suffix);
  if (bytes === undefined || suffix === '' || bits > bytes.length * 8) {
    throw badParam(
      `The parameter “${param}” should be a range such as 192.0.2.0/24 or 2001:db8::/32, not ${quote(range)}.`,
    );
  }
  const network = bytes.map((byte, index) => byte & maskOf(bits - index * 8));
  const units = unitsOf(network);
  if (bytes.length === 4 && bits > 24 && bits < 32) {
    return [`${network[3] ?? 0}/${bits}.${reverse(units.slice(0, 3), 4)}`];
  }
  const unitBits = bytes.length === 4 ? 8 : 4;
  const count = Math.ceil(bits / unitBits);
  const zones = 2 ** (count * unitBits - bits);
  if (zones > MAX_ZONES)
    throw badParam(`The range ${quote(range)} needs more than ${MAX_ZONES} reverse zones.`);
  return Array.from({ length: zones }, (_, index) => {
    const prefix = units.slice(0, count);
    if (index > 0) prefix[count - 1] = (prefix[count - 1] ?? 0) + index;
    return reverse(prefix, bytes.length);
  });
}

function bytesOf(address: string): number[] | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address).toByteArray();
  return parseIpv6(address)?.toByteArray();
}

/** The labels: one per byte of IPv4, one per four bits of IPv6. */
function unitsOf(bytes: readonly number[]): number[] {
  return bytes.length === 4 ? [...bytes] : bytes.flatMap((byte) => [byte >> 4, byte & 15]);
}

function reverse(units: readonly number[], length: number): string {
  const labels = units.map((unit) => (length === 4 ? unit.toString() : unit.toString(16))).reverse();
  return [...labels, length === 4 ? 'in-addr' : 'ip6', 'arpa.'].join('.');
}

function maskOf(bits: number): number {
  return bits <= 0 ? 0 : 0xff & (0xff << Math.max(0, 8 - bits));
}
