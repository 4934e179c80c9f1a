// Which addresses a request that a caller has chosen may reach. Others, such as the services of this server and its
// networks, trust whoever can connect to them.
import { BlockList, isIP, isIPv4 } from 'node:net';
import { MachineError } from '../../core/machine-error.ts';

/** The registries of IANA for special purposes (RFC 6890 and later), multicast (RFC 5771) and reserved (RFC 1112). */
const SPECIAL_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];

/**
 * Everything outside of 2000::/3, which is all that is assigned (RFC 4291): with loopback, link-local, unique local,
 * multicast, IPv4-mapped addresses, and both prefixes of NAT64. Inside of it: special purposes, Teredo and 6to4.
 */
const SPECIAL_IPV6 = [
  ...['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
];

/** Networks by family: a BlockList would compare an IPv4 address with IPv6 networks too, as ::ffff:192.0.2.1. */
class Networks {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** @throws MachineError `failed` for a malformed network. */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
  }

  includes(address: string): boolean {
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    return this.#lists[family].check(address, family);
  }

  #add(network: string): void {
    const [address = '', bits] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits)) || prefix > most) {
      throw new MachineError(
        'failed',
        `WHMAPI1_OUTBOUND_NETWORKS contains “${network}”, which is not a network. Use networks such as 10.1.2.0/24, ` +
          'separated by commas.',
      );
    }
    this.#lists[family].addSubnet(address, prefix, family);
  }
}

const special = new Networks([...SPECIAL_IPV4, ...SPECIAL_IPV6]);

export class PublicAddresses {
  readonly #allowed: Networks;

  /**
   * @param allowed networks that are allowed anyway: `10.1.2.0/24`, or single addresses.
   * @throws MachineError `failed` for a malformed network.
   */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = new Networks(allowed);
  }

  includes(address: string): boolean {
    return isIP(address) !== 0 && (this.#allowed.includes(address) || !special.includes(address));
  }
}
