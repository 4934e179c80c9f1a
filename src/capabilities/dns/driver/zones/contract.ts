// The interface of nameserver drivers, in DNS terms. `bind/` implements it for BIND 9.
import type { Locking } from '../../../../ground/driver/each-account.ts';
import type { DriverMachine, DriverStep, ReloadableStep } from '../../../../ground/driver/step.ts';

export interface Zone {
  /** In lower case, with A-labels and without the final dot: `bob.example`, `0/25.2.0.192.in-addr.arpa`. */
  readonly name: string;
  /** The master file (RFC 1035, section 5), with a higher serial than the version before. */
  readonly text: string;
  /** The name of a DNSSEC policy of the server (`signing-policy.ts`), or `default`. Null if the zone is not signed. */
  readonly dnssecPolicy: string | null;
  /**
   * The serial of a text that this program made of its own template and has read back: it needs no check before the name
   * server loads it. Any other text is checked.
   */
  readonly verifiedSerial?: number;
  /** Set if the text was made from a custom template, so that errors name the template’s line. */
  readonly template?: TemplateLines;
}

export interface TemplateLines {
  /** The name of the template. */
  readonly name: string;
  /** The template’s line, counted from 1, of each line of the text. Further lines are not from the template. */
  readonly lines: readonly number[];
}

export interface FoundZone extends Zone {
  /** SHA-256 of the file, in hexadecimal. Identifies the version that a change is based on. */
  readonly digest: string;
  /** The serial that the nameserver answers with, if the zone is signed and served. */
  readonly servedSerial?: number;
}

/** A key that signs a zone. Its private key never leaves the nameserver. */
export interface SigningKey {
  /** RFC 4034, appendix B. Unique among the keys of a zone. */
  readonly tag: number;
  /** The IANA number, such as 8. */
  readonly algorithm: number;
  readonly bits: number;
  /** 257 for a key that a DS record in the parent zone can refer to, otherwise 256. */
  readonly flags: 256 | 257;
  /** What it signs: the other keys, the rest of the zone, or both. */
  readonly role: 'KSK' | 'ZSK' | 'CSK';
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
  /** Whether the nameserver signs with it. */
  readonly isActive: boolean;
  /** The digests for DS records in the parent zone, in lower-case hexadecimal. Empty if there are none. */
  readonly digests: readonly { readonly type: 1 | 2 | 4; readonly digest: string }[];
}

/** A secondary: another nameserver that copies zones from this one. */
export interface Secondary {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port?: number;
  /** The key with which it authenticates. Without a key, its address is sufficient. */
  readonly key?: string;
}

/** A primary: a nameserver from which this one copies all zones of a catalog (RFC 9432). */
export interface Primary {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
  /** The key with which this server authenticates. */
  readonly key: string;
  /** The name of its catalog zone. */
  readonly catalog: string;
}

/** A TSIG key (RFC 8945). */
export interface TransferKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** Base64. */
  readonly secret: string;
}

/** The server's configuration, written at first and whenever its secondaries change. */
export interface ServerOptions {
  readonly keys: readonly TransferKey[];
  readonly secondaries: readonly Secondary[];
  /** The name of the catalog zone (RFC 9432) that lists all zones for the secondaries. Null for none. */
  readonly catalog: string | null;
  /** Default: none. */
  readonly primaries?: readonly Primary[];
}

/** The address and port of a nameserver. */
export interface ServerPlace {
  readonly address: string;
  readonly port: number;
}

/** The stored settings of this server's nameserver. */
export interface ServerSettings {
  /** Stores the address of this server for the other servers of the store. */
  register(place: ServerPlace): Promise<void>;
  /** The present settings. They contain secrets and must not be logged. */
  options(): Promise<ServerOptions>;
}

/** The new zones that the nameserver does not serve, and why. */
export interface Confirmation {
  readonly problems: readonly { readonly name: string; readonly reason: string }[];
}

export interface ZonesDriver<Memento> {
  /** The names of this program's zones, sorted. */
  list(machine: DriverMachine): Promise<string[]>;
  /** When the files of all zones have changed, in milliseconds since 1970-01-01. */
  changeTimes(machine: DriverMachine): Promise<ReadonlyMap<string, number>>;
  /**
   * The present file, including edits by hand. Undefined if there is none. @throws MachineError `failed` if it is not
   * text.
   */
  read(machine: DriverMachine, name: string): Promise<FoundZone | undefined>;
  /**
   * A step that replaces the version `before` with `after`: `undefined` before for a new zone, `null` after to remove
   * it. The step fails if the file is no longer `before` when it runs. @throws TypeError for a malformed name.
   */
  change(
    name: string,
    before: Pick<FoundZone, 'digest'> | undefined,
    after: Zone | null,
  ): DriverStep<Memento>;
  /**
   * Creates the zone of a new account. Applying it returns once the file is in place and the nameserver will load it
   * soon; `confirm` makes sure of it. If there is a zone, or if it is signed, it is the same as `change`.
   */
  add(zone: Zone): DriverStep<Memento>;
  /**
   * Has the nameserver load what `add` wrote, in case a process ended before it did so, and waits until it has.
   * @throws MachineError `failed` if it cannot, with its reason.
   */
  confirm(machine: DriverMachine, names: readonly string[], locking: Locking): Promise<Confirmation>;
  /** Whether this server answers queries. A sandbox without its own nameserver does not. */
  isServed(machine: DriverMachine): Promise<boolean>;
  /** The serial that secondaries see. A signed zone has its own serial. Undefined if the zone is not served. */
  servedSerial(machine: DriverMachine, name: string): Promise<number | undefined>;
  /** The keys that the nameserver has generated for a zone, sorted by tag. */
  keys(machine: DriverMachine, name: string): Promise<SigningKey[]>;
  /** Removes the keys of a zone that is no longer signed. */
  removeKeys(name: string): DriverStep<unknown>;
  /**
   * Prepares the nameserver. Existing configuration is kept. Can be repeated, also with other options.
   * @param now milliseconds since 1970-01-01.
   */
  setUp(machine: DriverMachine, options: ServerOptions, now: number): Promise<ReloadableStep<Memento>>;
  /** @throws MachineError `failed` unless the nameserver answers and accepts its whole configuration. */
  assertReady(machine: DriverMachine): Promise<void>;
  /**
   * For a nameserver that has ended: mends or removes the files of this program that it rejects.
   * @param options the server's present settings. Read only if the nameserver rejects its configuration.
   * @returns a sentence for each file. @throws MachineError if it rejects something else.
   */
  setAside(machine: DriverMachine, options: () => Promise<ServerOptions>): Promise<readonly string[]>;
  /** The problems of the nameserver's configuration on disk, each as a sentence. Changes nothing. */
  examine(machine: DriverMachine): Promise<readonly string[]>;
}
