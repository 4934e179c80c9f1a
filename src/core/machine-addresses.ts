// The machine’s IP addresses, as the program uses them. `src/machine/` implements this for Linux and for a sandbox;
// both check every value again (`src/machine/addresses/values.ts`).

/** An address of one of the machine’s interfaces. */
export interface MachineAddress {
  /** In the notation of RFC 5952: `192.0.2.1`, `2001:db8::1`. */
  readonly address: string;
  /** The number of network bits: 24 is 255.255.255.0. */
  readonly prefixLength: number;
  readonly family: 4 | 6;
  readonly interface: string;
  /** The scope in which the address is valid; `host` is loopback. */
  readonly scope: 'global' | 'site' | 'link' | 'host';
  /** False if the interface is down, or if this program added the address and the interface has lost it. */
  readonly isActive: boolean;
  /**
   * True for at most one address of each family: the source address for traffic to the default gateway or, if there is
   * no gateway, the first global address. Never true for an address that this program added.
   */
  readonly isMain: boolean;
  /** True if this program added it. No other address can be removed. */
  readonly isAdded: boolean;
}

export interface NewMachineAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** An existing interface. */
  readonly interface: string;
}

/** The place where new addresses are added. */
export interface AddressPlace {
  /** The interface of the main address. */
  readonly interface: string;
  /**
   * The software that configures the interface when the machine starts. Null if this program cannot write its
   * configuration. A sandbox keeps its addresses itself.
   */
  readonly keeper: 'netplan' | 'systemd-networkd' | 'ifupdown' | 'sandbox' | null;
}

/**
 * The machine’s IP addresses. Every operation can be repeated, and run again after a process was killed during it: the
 * second run completes the operation, or finds nothing left to do. A malformed value is a TypeError before anything
 * changes. If a tool fails, the error is MachineError `failed`.
 */
export interface MachineAddresses {
  /** Returns all present addresses, by interface and in the kernel’s order, and then the lost ones. */
  list(): Promise<MachineAddress[]>;
  /** Returns undefined if the machine has no address of the family other than loopback. */
  findPlace(family: 4 | 6): Promise<AddressPlace | undefined>;
  /**
   * Adds all addresses, or none. They survive a reboot if the interface has a keeper (`AddressPlace`), which reads a
   * file that this program writes.
   * @throws MachineError `exists` for an existing address that this program did not add; `not_found` for an unknown
   * interface.
   */
  add(addresses: readonly NewMachineAddress[]): Promise<void>;
  /**
   * Removes only addresses that this program added. Other addresses of the same network are kept.
   * @throws MachineError `not_ours` for an address that this program did not add. Unknown addresses are ignored.
   */
  remove(addresses: readonly string[]): Promise<void>;
  /**
   * Finds the address that the Internet sees for traffic from `local`, by asking an external service.
   * @throws MachineError `failed` if the service does not respond with an address.
   */
  askPublicAddress(local: string): Promise<string>;
}

/** The maximum that `add` accepts. A server never gets more addresses at once, and could not start with many more. */
export const MAX_NEW_ADDRESSES = 1024;
