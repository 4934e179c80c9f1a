// Converts IPv4 netmasks between text (255.255.255.0) and prefix length (24).
import ipaddr from 'ipaddr.js';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { formatIp } from './ip.ts';

/** Returns the prefix length. @throws ApiError `bad_param` for an invalid netmask. */
export function readNetmask(text: string): number {
  const bits = ipaddr.IPv4.isValidFourPartDecimal(text)
    ? ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask()
    : null;
  if (bits === null || bits < 1) {
    throw badParam(
      `The parameter “netmask” should be a netmask, such as 255.255.255.0, or 255.255.255.255 for single addresses, not ${quote(text)}.`,
    );
  }
  return bits;
}

export function formatNetmask(prefixLength: number): string {
  return formatIp({ family: 4, value: (0xffff_ffffn << BigInt(32 - prefixLength)) & 0xffff_ffffn });
}
