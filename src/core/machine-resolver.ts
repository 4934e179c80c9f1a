// DNS lookups through the nameservers that this machine is configured to use.

/** A CAA record (RFC 8659): who may issue certificates. */
export interface CaaRecord {
  /** True if an issuer that does not know the tag must not issue. */
  readonly isCritical: boolean;
  /** Lower-case: `issue`, `issuewild`, `iodef` or another. */
  readonly tag: string;
  readonly value: string;
}

/** An MX record. `exchange` “” means that the name accepts no mail (RFC 7505). */
export interface MailServer {
  readonly exchange: string;
  /** Lower numbers are preferred. */
  readonly preference: number;
}

/**
 * DNS lookups, each limited to a few seconds. Names must be valid hostnames. @throws MachineError `failed` if no
 * nameserver responds in time, or one fails.
 */
export interface MachineResolver {
  /** The nameservers that are asked: addresses, with a port unless it is 53. */
  servers(): readonly string[];
  /** IPv4 addresses in the order of the response. Empty if the name has none or does not exist. */
  ipv4(name: string): Promise<string[]>;
  /** The same for IPv6 addresses. */
  ipv6(name: string): Promise<string[]>;
  /** The mail servers of the name, the preferred one first. Empty if it has no MX records. */
  mailServers(name: string): Promise<MailServer[]>;
  /** The names of the nameservers of exactly this domain. Empty if it is not a zone. */
  nameservers(domain: string): Promise<string[]>;
  /** The TXT records of the name. The strings of a record are joined. Empty if it has none or does not exist. */
  texts(name: string): Promise<string[]>;
  /**
   * The same, asked of a nameserver with these addresses: what it has itself, or passes on. Addresses that are not public
   * are not asked, because the owner of a zone chooses its nameservers. @throws MachineError `not_ours` if none is public.
   */
  textsFrom(server: readonly string[], name: string): Promise<string[]>;
  /** The name that this one is another name for (CNAME). Empty if it is none. */
  aliases(name: string): Promise<string[]>;
  /** The names of an IPv4 or IPv6 address (PTR records). Empty if it has none. */
  namesOf(address: string): Promise<string[]>;
  /** The CAA records of exactly this name. Empty if it has none or does not exist. */
  caa(name: string): Promise<CaaRecord[]>;
}
