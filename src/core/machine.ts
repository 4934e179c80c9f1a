// What the program asks of the machine: its users, their disk quota, its firewall, and commands; `machine-daemons.ts` has
// what drivers of daemons use. `src/machine/` implements it twice, for Linux and in a sandbox. Both check every value
// again, with `machine-values.ts`.

import type { MachineAddresses } from './machine-addresses.ts';
import type {
  CustomFiles,
  DeclaredTool,
  MachineFiles,
  MachineServices,
  MachineTools,
} from './machine-daemons.ts';
import type { MachineError } from './machine-error.ts';
import type { MachineKernel } from './machine-kernel.ts';
import type { MachineResolver } from './machine-resolver.ts';

export interface MachineUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** As it stands in the passwd file; in the sandbox it lies below the sandbox's root. */
  readonly home: string;
  readonly shell: string;
}

export interface NewMachineUser {
  readonly name: string;
  /** A folder that isn't there yet, directly below one that holds homes: `/home/bob`. */
  readonly home: string;
  readonly shell: string;
  readonly comment: string;
  /** The next free one unless given, which is of use to bring a removed user back. */
  readonly uid?: number | undefined;
}

export interface CreatedUser extends MachineUser {
  /** What the new home takes up. */
  readonly usage: MachineUsage;
}

/** A user's name with the home that belongs to it. */
export interface NamedHome {
  readonly name: string;
  readonly home: string;
}

/** A user that the machine may not know any more: the home and user ID that it had. */
export interface FormerUser {
  readonly home: string;
  readonly uid: number;
}

/**
 * The users of the machine. Every operation may be repeated, and done again after a process was killed in the middle
 * of it: the second time completes it, or finds nothing left to do.
 *
 * Whatever changes a user throws a TypeError for a malformed value before it touches anything, MachineError `not_found`
 * where there is no such user, `not_ours` for a user of the system (root, daemon, …), which none of this changes, and
 * `failed` where the machine refused. `find`, `verifyPassword` and `isSuspended` answer for malformed names as for
 * unknown ones.
 */
export interface MachineUsers {
  /** Any user of the machine, those of the system as well; undefined where there is none. */
  find(name: string): Promise<MachineUser | undefined>;
  /** Those of the names that the machine has, by name. */
  findAll(names: readonly string[]): Promise<Map<string, MachineUser>>;
  /**
   * Creates user, group of the same name, and home (0711, the user's own, with the skeleton's files and the folders of
   * `home-layout.ts`). Without a password, none works until one is set.
   * @throws MachineError `exists` where the user, the group, the home or the uid is there already.
   */
  create(user: NewMachineUser, password?: string): Promise<CreatedUser>;
  /**
   * Takes back what `create` did, also if it was interrupted at any point: waits for tools that are still running, and
   * removes user, group, and home. A user of this name with another home is left alone.
   */
  undoCreate(user: NamedHome): Promise<void>;
  /**
   * Ends the user's processes; removes home, user, group and crontab. Succeeds without such a user; if `former` is given,
   * its home is then removed all the same, unless it belongs to somebody else now.
   * @throws MachineError `failed` if any of it could not be removed. The user stays until the home is gone.
   */
  remove(name: string, former?: FormerUser): Promise<void>;
  /**
   * Renames user and group, and moves home and crontab; ends the user's processes. `rename(to, from)` undoes it, also
   * where it was cut short. Suspended stays suspended.
   * @throws MachineError `exists` where the new user, group or home is there already.
   */
  rename(from: NamedHome, to: NamedHome): Promise<void>;
  setShell(name: string, shell: string): Promise<void>;
  /**
   * For a suspended user it works from the time that the suspension ends. Of the users of the system, root alone may
   * be given one: root logs in over the network as well.
   */
  setPassword(name: string, password: string): Promise<void>;
  /** False for unknown users and while locked or suspended. The time may tell which: see `guarded-attempts.ts`. */
  verifyPassword(name: string, password: string): Promise<boolean>;
  /** The next login has to choose a new password. */
  expirePassword(name: string): Promise<void>;
  /** Nobody logs in: password locked, account expired, processes ended; the crontab is kept, but doesn't run. */
  suspend(name: string): Promise<void>;
  /**
   * Restores what `suspend` found: a password that was locked stays locked, an expiry date is back. Nothing where the
   * user isn't suspended.
   */
  unsuspend(name: string): Promise<void>;
  isSuspended(name: string): Promise<boolean>;
  /**
   * Is there a file of this name directly in the user's home? A link is none, and is not followed, nor is a home that
   * is one. False for unknown users and those of the system. @throws TypeError for what is no plain file name.
   */
  hasFile(name: string, file: string): Promise<boolean>;
}

/** Disk space in use: blocks of 1024 bytes, and inodes. */
export interface MachineUsage {
  readonly blocks: number;
  readonly inodes: number;
}

/** Disk space by user. Malformed names are refused as in MachineUsers. */
export interface MachineQuota {
  /** True where the file system of the homes enforces limits now. */
  isEnabled(): Promise<boolean>;
  /** null takes the limit away. @throws MachineError `no_quota` where nothing would enforce it; `not_found`. */
  setLimit(name: string, mebibytes: number | null): Promise<void>;
  /** What the user takes up. @throws MachineError `not_found`. */
  usage(name: string): Promise<MachineUsage>;
  /**
   * The same of many users in one pass. The machine may have none of these names: such a user has the MachineError that
   * `usage` would throw.
   */
  usages(names: readonly string[]): Promise<Map<string, MachineUsage | MachineError>>;
}

/** An address whose packets are dropped, until a time in milliseconds since 1970-01-01. */
export interface FirewallBlock {
  /** `192.0.2.1`; of IPv6 the /64 that one customer has: `2001:db8::/64`. */
  readonly address: string;
  readonly until: number;
}

/**
 * Drops packets that come to the machine from an address. Every operation may be repeated. What is no address to block,
 * such as the machine’s own loopback, is refused with a TypeError.
 */
export interface MachineFirewall {
  /** False where there is none that this program can use. */
  isAvailable(): Promise<boolean>;
  /**
   * Until then, whatever it was until now; nothing where the time is over already.
   * @throws MachineError `failed` where there is no firewall.
   */
  block(address: string, until: number): Promise<void>;
  /** Nothing where it isn't blocked, or there is no firewall. */
  unblock(address: string): Promise<void>;
  /** What this program blocks now, and nothing else that the firewall does. */
  list(): Promise<FirewallBlock[]>;
}

/** Programs that root wants run. */
export interface MachineCommands {
  /** False in a sandbox. */
  readonly areRun: boolean;
  /**
   * Starts a program with its arguments; no shell sees them. It goes on by itself, without input, what it prints is not
   * kept, and it is ended after `limitMs`. Nothing where none are run. @throws MachineError `failed`.
   */
  start(words: readonly string[], limitMs: number): Promise<void>;
}

/** A file system on which this installation keeps its files. */
export interface Disk {
  /** What it keeps there: `state directory`, `home directories`. */
  readonly purposes: readonly string[];
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes that are left for others than the superuser. */
  readonly available: number;
}

/** The machine, by capability. Names given to it are valid already; it refuses what is not all the same. */
export interface Machine {
  readonly system: {
    /** True if accounts are files below the state directory, rather than users of this machine. */
    readonly isSandbox: boolean;
    readonly hostname: () => string;
    /** Runnable processes, averaged over 1, 5 and 15 minutes. */
    readonly loadAverage: () => [number, number, number];
    /** The machine's own IPv4 addresses, its main one first: those of its interfaces, else 127.0.0.1. */
    readonly addresses: () => [string, ...string[]];
  };
  /** Loaded when they are asked for: most calls touch no user. */
  readonly users: () => Promise<MachineUsers>;
  readonly quota: () => Promise<MachineQuota>;
  readonly firewall: () => Promise<MachineFirewall>;
  readonly commands: () => Promise<MachineCommands>;
  readonly addresses: () => Promise<MachineAddresses>;
  readonly resolver: () => Promise<MachineResolver>;
  readonly kernel: () => Promise<MachineKernel>;
  readonly disks: () => Promise<readonly Disk[]>;
  /**
   * The files below these directories; every other path is refused. A driver names its own. With `owner`, a user ID, a file
   * that belongs to anybody else is not read: in a home, it would be a hard link to what its user may not see.
   */
  readonly files: (directories: readonly string[], owner?: number) => Promise<MachineFiles>;
  /** The files in a folder of the state directory: `zone-templates`. */
  readonly customFiles: (folder: string) => Promise<CustomFiles>;
  /** These tools; every other one is refused. A driver names its own. */
  readonly tools: (tools: readonly DeclaredTool[]) => Promise<MachineTools>;
  readonly services: () => Promise<MachineServices>;
}
