// The packages of the system, as apt and dpkg know them, or as a sandbox's own small database does.
import type {
  ByName,
  InstalledPackage,
  PackageChange,
  PackageRequest,
} from '../../rules/debian-packages/packages.ts';
import type { TaskLogFile } from '../../../../core/task.ts';
import type { LockHolder } from './locks.ts';
import type { Stanza } from './stanzas.ts';

export interface PackageVersions {
  readonly installed: string | undefined;
  /** The version that apt would install: its candidate. */
  readonly latest: string | undefined;
  /** Where the latest version comes from: `http://deb.debian.org/debian trixie/main`. May be empty. */
  readonly repository: string;
}

/** What a sentence for the log of a task goes to. */
export interface ChangeWork {
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Where the programs write their output: the task's log. Default: the journal. */
  readonly output?: TaskLogFile;
}

export interface PackageSource {
  /** The installed packages. */
  installed(): Promise<ByName<InstalledPackage>>;
  /** Packages that dpkg has unpacked but not configured, or the like, with their state: `half-installed`. */
  broken(): Promise<ByName<string>>;
  /** All packages that could be installed, and those that are. */
  known(): Promise<ReadonlySet<string>>;
  /** `ignoresExcludes`: as if no package was pinned. */
  versions(names: readonly string[], ignoresExcludes?: boolean): Promise<ByName<PackageVersions>>;
  /** The control data of each version that is installed or can be: `Package`, `Version`, `Depends`, … */
  stanzas(names: readonly string[]): Promise<readonly Stanza[]>;
  /** The license texts' names, from the package's copyright file. Undefined where nothing tells it. */
  license(name: string): Promise<string | undefined>;
  /**
   * What a request would change. Undefined: an upgrade of all packages, which removes none.
   * @throws MachineError `failed`, with apt's reason, if it is impossible.
   */
  simulate(request: PackageRequest | undefined): Promise<readonly PackageChange[]>;
  /** Fetches the lists of packages. If that fails, the log says so, and the old lists are used. */
  update(work: ChangeWork): Promise<void>;
  /**
   * Does it, and says so in the log. Unless it may, it removes nothing, whatever has happened since the simulation.
   * @throws MachineError `failed`, `full`.
   */
  change(
    request: PackageRequest | undefined,
    work: ChangeWork & { readonly mayRemove: boolean },
  ): Promise<void>;
  /** Completes interrupted work and fetches the lists of packages again. @throws MachineError `failed`, `full`. */
  repair(work: ChangeWork): Promise<void>;
  /** Holds a package, so that it is neither upgraded nor removed, or releases it. */
  hold(name: string, isHeld: boolean, work: ChangeWork): Promise<void>;
  /** The processes that have locked the packages at this moment. */
  lockHolders(): Promise<readonly LockHolder[]>;
}
