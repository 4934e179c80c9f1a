// Netmasks of IPv4: 255.255.255.0, and the 24 bits that it stands for.
import ipaddr from 'ipaddr.js';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { formatIp } from './ip.ts';

/** The number of bits. @throws ApiError `bad_param` for anything but a netmask. */
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
