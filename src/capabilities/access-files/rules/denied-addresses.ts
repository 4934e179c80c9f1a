// Addresses that may not see an account's websites. `Deny from` counts besides the account's own `Require`: it never
// opens what that closes.
import ipaddr from 'ipaddr.js';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { blockIn, withBlock } from './blocks.ts';

const NAME = 'denied addresses';
const PREFIX = 'Deny from ';
const MAX_ADDRESSES = 1000;

export const addressParam = {
  type: 'string',
  required: true,
  maxLength: 100,
  doc: 'The address, or a network such as 192.0.2.0/24.',
} as const satisfies Param;

/** @returns it in lower case. @throws ApiError `bad_param` unless it is an address, or a network such as 192.0.2.0/24. */
export function checkedAddress(given: string): string {
  const address = given.toLowerCase();
  const isWhole = /^(?:\d+\.){3}\d+(?:\/\d+)?$|^[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d+)?$/.test(address);
  if (isWhole && (ipaddr.isValid(address) || ipaddr.isValidCIDR(address))) return address;
  throw badParam(
    'The parameter “ip” should be an IP address such as 192.0.2.1, or a network such as 192.0.2.0/24 or 2001:db8::/32.',
  );
}

export function deniedIn(text: string): string[] {
  return blockIn(text, NAME)
    .filter((line) => line.startsWith(PREFIX))
    .map((line) => line.slice(PREFIX.length));
}

/** @throws ApiError `bad_param` if there are too many. */
export function withDenied(text: string, address: string): string {
  const addresses = [...new Set([...deniedIn(text), address])];
  if (addresses.length > MAX_ADDRESSES)
    throw badParam(`An account can block at most ${MAX_ADDRESSES} addresses and networks.`);
  return rendered(text, addresses);
}

export function withoutDenied(text: string, address: string): string {
  return rendered(
    text,
    deniedIn(text).filter((one) => one !== address),
  );
}

function rendered(text: string, addresses: readonly string[]): string {
  const lines = addresses.map((address) => PREFIX + address);
  return withBlock(text, NAME, lines.length === 0 ? [] : ['Order Allow,Deny', 'Allow from all', ...lines]);
}
