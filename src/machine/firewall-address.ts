// The second check before the firewall: only addresses are blocked, except those that the machine uses to reach itself.
import { BlockList, isIPv4, isIPv6 } from 'node:net';

// One list for each IP version: ::/64 contains ::ffff:0:0/96, which a BlockList treats as all of IPv4.
const own = { ipv4: new BlockList(), ipv6: new BlockList() };
own.ipv4.addSubnet('127.0.0.0', 8, 'ipv4');
own.ipv4.addSubnet('0.0.0.0', 8, 'ipv4');
own.ipv6.addSubnet('::', 64, 'ipv6');

/** @throws TypeError */
export function refuseAddress(text: string): void {
  const address = text.endsWith('/64') ? text.slice(0, -3) : text;
  const isWhole = address === text ? isIPv4(address) : isIPv6(address) && !address.includes('%');
  if (!isWhole) {
    throw new TypeError('Invalid address to block: use an IPv4 address, or a /64 network of IPv6.');
  }
  const version = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (own[version].check(address, version)) {
    throw new TypeError('Invalid address to block: the server uses it to reach itself.');
  }
}
