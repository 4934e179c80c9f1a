// Converts IPv4 notation inside IPv6 addresses.
import ipaddr from 'ipaddr.js';

/**
 * Converts `64:ff9b::192.0.2.1` to `64:ff9b::c000:201`, and keeps a suffix such as `/96`. Returns any other text
 * unchanged. This is necessary because ipaddr.js reads `::192.0.2.1` as `::ffff:192.0.2.1`, which is a different
 * address: the address of the IPv4 host.
 */
export function withoutDots(text: string): string {
  const [, head, tail = '', rest = ''] = /^([\da-f:]*:)([\d.]+)(.*)$/is.exec(text) ?? [];
  if (head === undefined || !ipaddr.IPv4.isValidFourPartDecimal(tail)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).toByteArray();
  return `${head}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}${rest}`;
}
