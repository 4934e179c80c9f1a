// The packages of the system, and requests to change them.

/** By name. */
export type ByName<Value> = ReadonlyMap<string, Value>;

export interface InstalledPackage {
  readonly version: string;
  /** Debian does not work without it, or it is protected in the same way (Essential, Protected). */
  readonly isEssential: boolean;
  /** It is neither upgraded nor removed (apt-mark hold). */
  readonly isHeld: boolean;
}

/** Names of packages. None is in two lists. */
export interface PackageRequest {
  readonly install: readonly string[];
  readonly remove: readonly string[];
  readonly upgrade: readonly string[];
}

export interface PackageChange {
  readonly name: string;
  /** Undefined if it is not installed. */
  readonly before: string | undefined;
  /** Undefined if it is removed. */
  readonly after: string | undefined;
}

/** A request for changes, and what would become of it. */
export interface FoundRequest {
  /** Undefined: an upgrade of all packages. */
  readonly request: PackageRequest | undefined;
  readonly installed: ByName<InstalledPackage>;
  /** The names that no list has. */
  readonly unknown: readonly string[];
  /** The names that apt may not install here (edit_rpm_version). */
  readonly blocked: readonly string[];
  /** Empty if it cannot be simulated. */
  readonly changes: readonly PackageChange[];
  /** apt’s reason why it is impossible. */
  readonly problem: string | undefined;
}

/** What apt may install of a package: nothing, or this version. It may end with `*`: `1:9.20*`. */
export type Pin = 'blocked' | { readonly version: string };
