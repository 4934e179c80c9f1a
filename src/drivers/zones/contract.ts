// What a nameserver does for this program, in the words of DNS. `bind/` does it with BIND 9.
import type { DriverMachine, DriverStep } from '../step.ts';

export interface Zone {
  /** Lower-case, A-labels, without the dot at the end: `bob.example`, `0/25.2.0.192.in-addr.arpa`. */
  readonly name: string;
  /** The master file (RFC 1035, section 5), with a serial that is higher than that of the version before. */
  readonly text: string;
  /** The name of a DNSSEC policy of the server (`signing-policy.ts`), or `default`; null for a zone that is not signed. */
  readonly dnssecPolicy: string | null;
  /**
   * The serial of a text that this program made of its own template and has read back: it needs no check before the name
   * server loads it. Any other text is checked.
   */
  readonly verifiedSerial?: number;
  /** For a text that was made of a template of the administrator: what is wrong with it is told by the template's line. */
  readonly template?: TemplateLines;
}

export interface TemplateLines {
  /** The name of the template. */
  readonly name: string;
  /** The template's line, counted from 1, of each line of the text. What follows them is not of the template. */
  readonly lines: readonly number[];
}

export interface FoundZone extends Zone {
  /** SHA-256 of the file, in hexadecimal: says which version a change was made from. */
  readonly digest: string;
}

/** A key that signs a zone. Its private half never leaves the nameserver. */
export interface SigningKey {
  /** RFC 4034, appendix B. No two keys of a zone have the same. */
  readonly tag: number;
  /** By its number at IANA, such as 8. */
  readonly algorithm: number;
  readonly bits: number;
  /** 257 where the parent zone names it, otherwise 256. */
  readonly flags: 256 | 257;
  /** It signs the other keys, the rest of the zone, or both. */
  readonly role: 'KSK' | 'ZSK' | 'CSK';
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
  /** Signatures are made with it. */
  readonly isActive: boolean;
  /** What a DS record of the parent zone has, in lower-case hexadecimal; empty where it has none. */
  readonly digests: readonly { readonly type: 1 | 2 | 4; readonly digest: string }[];
}

/** Another nameserver that copies zones from this one. */
export interface Secondary {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port?: number;
  /** The key that it proves itself with; without one, its address is enough. */
  readonly key?: string;
}

/** A nameserver from which this one copies all zones of a catalog (RFC 9432). */
export interface Primary {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
  /** The key that this server proves itself with. */
  readonly key: string;
  /** The name of its catalog zone. */
  readonly catalog: string;
}

/** A key of TSIG (RFC 8945). */
export interface TransferKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** Base64. */
  readonly secret: string;
}

/** What the server needs once, and whenever its secondaries change. */
export interface ServerOptions {
  readonly keys: readonly TransferKey[];
  readonly secondaries: readonly Secondary[];
  /** The name of a catalog zone (RFC 9432) that lists all zones for the secondaries; null for none. */
  readonly catalog: string | null;
  /** Default: none. */
  readonly primaries?: readonly Primary[];
}

/** Where a nameserver is reached. */
export interface ServerPlace {
  readonly address: string;
  readonly port: number;
}

/** What is stored about the nameserver of this machine. */
export interface ServerSettings {
  /** Tells the other servers of the store where this one is. */
  register(place: ServerPlace): Promise<void>;
  /** As they are now. With secrets: nothing of it may be logged. */
  options(): Promise<ServerOptions>;
}

export interface ZonesDriver<Memento> {
  /** The names of the zones that this program keeps, sorted. */
  list(machine: DriverMachine): Promise<string[]>;
  /** As the file is now, with edits by hand. Undefined if there is none. @throws MachineError `failed` if it is not text. */
  read(machine: DriverMachine, name: string): Promise<FoundZone | undefined>;
  /**
   * From the version that was read to the next one: `undefined` before for a new zone, `null` after for its removal. The
   * step fails if the file is another than `before` by the time it runs. @throws TypeError for a malformed name.
   */
  change(
    name: string,
    before: Pick<FoundZone, 'digest'> | undefined,
    after: Zone | null,
  ): DriverStep<Memento>;
  /** Whether this server answers queries: a sandbox without a server of its own does not. */
  isServed(machine: DriverMachine): Promise<boolean>;
  /** The serial that secondaries see: a signed zone has one of its own. Undefined if the zone is not served. */
  servedSerial(machine: DriverMachine, name: string): Promise<number | undefined>;
  /** The keys that the nameserver has made for a zone, by their tags. */
  keys(machine: DriverMachine, name: string): Promise<SigningKey[]>;
  /** Removes the keys of a zone that is no longer signed. */
  removeKeys(name: string): DriverStep<unknown>;
  /**
   * Prepares the server itself. Existing configuration is kept. Can be repeated, with other options too.
   * @param now milliseconds since 1970-01-01.
   */
  setUp(machine: DriverMachine, options: ServerOptions, now: number): Promise<DriverStep<Memento>>;
  /** What is wrong with the server's configuration as it is on the disk: a sentence each. Changes nothing. */
  examine(machine: DriverMachine): Promise<readonly string[]>;
}
