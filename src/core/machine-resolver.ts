// DNS lookups through the nameservers that this machine is configured to use.

/**
 * DNS lookups, each limited to a few seconds. Names must be valid hostnames. @throws MachineError `failed` if no
 * nameserver responds in time, or one fails.
 */
export interface MachineResolver {
  /** IPv4 addresses in the order of the response. Empty if the name has none or does not exist. */
  ipv4(name: string): Promise<string[]>;
  /** The same for IPv6 addresses. */
  ipv6(name: string): Promise<string[]>;
  /** The names of the nameservers of exactly this domain. Empty if it is not a zone. */
  nameservers(domain: string): Promise<string[]>;
}
