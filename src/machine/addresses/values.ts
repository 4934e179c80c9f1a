// The second check of what reaches the address tools: an address, a prefix length and an interface.
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { MAX_NEW_ADDRESSES, type NewMachineAddress } from '../../core/machine-addresses.ts';

/** Linux accepts more. These names need no quotes in commands and files. */
const INTERFACE = /^[A-Za-z][A-Za-z0-9_.-]{0,14}$/;

function isInterfaceName(name: string): boolean {
  return INTERFACE.test(name);
}

/** Returns the address as the kernel’s tools write it. @throws TypeError if the text is not an address. */
export function canonicalAddress(address: string): string {
  if (isIPv4(address)) return address;
  if (!isIPv6(address) || address.includes('%')) {
    throw new TypeError('Invalid address: use an IPv4 or IPv6 address without a zone or a prefix length.');
  }
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** Returns the addresses in canonical form, without duplicates. @throws TypeError */
export function readNewAddresses(addresses: readonly NewMachineAddress[]): NewMachineAddress[] {
  if (addresses.length > MAX_NEW_ADDRESSES) {
    throw new TypeError(`Too many addresses: at most ${MAX_NEW_ADDRESSES} are added at once.`);
  }
  const read = new Map<string, NewMachineAddress>();
  for (const { address: given, prefixLength, interface: name } of addresses) {
    const address = canonicalAddress(given);
    const bits = familyOf(address) === 4 ? 32 : 128;
    if (!(Number.isInteger(prefixLength) && prefixLength >= 1 && prefixLength <= bits)) {
      throw new TypeError(`Invalid prefix length: use a whole number from 1 to ${bits}.`);
    }
    if (!isInterfaceName(name)) throw new TypeError('Invalid interface: use a name such as eth0.');
    read.set(address, { address, prefixLength, interface: name });
  }
  return [...read.values()];
}
