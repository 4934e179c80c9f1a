// What the program asks of the machine’s IP addresses. `src/machine/` implements it for Linux and in a sandbox; both check
// every value again (`src/machine/addresses/values.ts`).

/** An address of one of the machine’s interfaces. */
export interface MachineAddress {
  /** As RFC 5952 writes it: `192.0.2.1`, `2001:db8::1`. */
  readonly address: string;
  /** Bits of the network, from the left: 24 is 255.255.255.0. */
  readonly prefixLength: number;
  readonly family: 4 | 6;
  readonly interface: string;
  /** How far the address is valid; `host` is loopback. */
  readonly scope: 'global' | 'site' | 'link' | 'host';
  /** False while the interface is down, and for an address that this program added and that the interface has lost. */
  readonly isActive: boolean;
  /**
   * True for one address of each family at most: the one by which the machine reaches the default gateway, else its first
   * global one. Never an address that this program added.
   */
  readonly isMain: boolean;
  /** True if this program added it. No other address can be removed. */
  readonly isAdded: boolean;
}

export interface NewMachineAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** An interface that the machine has. */
  readonly interface: string;
}

/** Where new addresses go. */
export interface AddressPlace {
  /** The interface of the main address. */
  readonly interface: string;
  /**
   * What configures that interface when the machine starts; null if it is nothing that this program can write for. A
   * sandbox keeps its addresses by itself.
   */
  readonly keeper: 'netplan' | 'systemd-networkd' | 'ifupdown' | 'sandbox' | null;
}

/**
 * The machine’s IP addresses. Every operation may be repeated, and done again after a process was killed in the middle of
 * it: the second time completes it, or finds nothing left to do. Malformed values are refused with a TypeError before
 * anything is touched. What a tool refuses is MachineError `failed`.
 */
export interface MachineAddresses {
  /** All addresses that there are, by interface and in the kernel’s order, and then those that were lost. */
  list(): Promise<MachineAddress[]>;
  /** undefined if the machine has no address of the family but those of loopback. */
  findPlace(family: 4 | 6): Promise<AddressPlace | undefined>;
  /**
   * Adds all of them, or none. They are kept over a reboot if the interface has a keeper (`AddressPlace`), in a file of
   * this program.
   * @throws MachineError `exists` for an address that the machine has already and that this program did not add;
   * `not_found` for an unknown interface.
   */
  add(addresses: readonly NewMachineAddress[]): Promise<void>;
  /**
   * Removes addresses that this program added, and nothing else: another address of the same network stays.
   * @throws MachineError `not_ours` for an address that it did not add. Unknown addresses are ignored.
   */
  remove(addresses: readonly string[]): Promise<void>;
  /**
   * Finds the address that the Internet sees when the machine speaks from `local`, as a service there tells.
   * @throws MachineError `failed` if it does not answer with an address.
   */
  askPublicAddress(local: string): Promise<string>;
}

/** The most that `add` accepts: more than a server is given at once, and what starting it can cope with. */
export const MAX_NEW_ADDRESSES = 1024;
