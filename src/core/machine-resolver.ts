// What is asked of DNS as everybody sees it, of the nameservers that this machine asks.

/**
 * Lookups in DNS, each within a few seconds. A name is a valid hostname. @throws MachineError `failed` if no nameserver
 * answers in time, or one fails.
 */
export interface MachineResolver {
  /** IPv4 addresses, in the order of the answer; empty if the name has none or does not exist. */
  ipv4(name: string): Promise<string[]>;
  /** IPv6 addresses, in the same way. */
  ipv6(name: string): Promise<string[]>;
  /** The names of the nameservers that are responsible for exactly this domain; empty if it is not a zone. */
  nameservers(domain: string): Promise<string[]>;
}
