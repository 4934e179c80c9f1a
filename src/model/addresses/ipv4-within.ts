// IPv4 addresses within IPv6 ones.
import ipaddr from 'ipaddr.js';

/**
 * `64:ff9b::192.0.2.1` as `64:ff9b::c000:201`, also with what follows it, such as `/96`; any other text as it is. ipaddr.js
 * takes `::192.0.2.1` for `::ffff:192.0.2.1`, which is another address: that of the IPv4 host.
 */
export function withoutDots(text: string): string {
  const [, head, tail = '', rest = ''] = /^([\da-f:]*:)([\d.]+)(.*)$/is.exec(text) ?? [];
  if (head === undefined || !ipaddr.IPv4.isValidFourPartDecimal(tail)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).toByteArray();
  return `${head}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}${rest}`;
}
