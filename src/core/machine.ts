// Access to the machine: its users, their disk quota, its firewall, and commands. `machine-daemons.ts` has the part for
// drivers of daemons. `src/machine/` implements this interface for Linux and for a sandbox. Both check every value
// again, with `machine-values.ts`.

import type { MachineAcme } from './machine-acme.ts';
import type { MachineAddresses } from './machine-addresses.ts';
import type { MachineCrontabs } from './machine-crontabs.ts';
import type {
  CustomFiles,
  FileCopies,
  DeclaredTool,
  MachineFiles,
  MachineServices,
  MachineTools,
} from './machine-daemons.ts';
import type { MachineDatabases } from './machine-databases.ts';
import type { MachineError } from './machine-error.ts';
import type { MachineIdentityProviders } from './machine-identity-providers.ts';
import type { MachineKernel } from './machine-kernel.ts';
import type { MachineMailer, MachineOutbound } from './machine-outbound.ts';
import type { MachineProcesses } from './machine-processes.ts';
import type { MachineResolver } from './machine-resolver.ts';
import type { MachineScripts } from './machine-scripts.ts';
import type { MachineSqlite } from './machine-sqlite.ts';
import type { MachineUserFiles } from './machine-user-files.ts';

export interface MachineUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** As in the passwd file. In a sandbox, the directory is below the sandbox's root. */
  readonly home: string;
  readonly shell: string;
}

export interface NewMachineUser {
  readonly name: string;
  /** A directory that does not exist yet, directly below one that contains homes: `/home/bob`. */
  readonly home: string;
  readonly shell: string;
  readonly comment: string;
  /** Default: the next free one. Set to restore a removed user. */
  readonly uid?: number | undefined;
  /** Symbolic links that the home has besides those of `home-layout.ts`: what they lead to, by name. Default: none. */
  readonly links?: Readonly<Record<string, string>> | undefined;
}

export interface CreatedUser extends MachineUser {
  /** The disk usage of the new home. */
  readonly usage: MachineUsage;
}

/** What only the machine knows of a user: the store does not have it. */
export interface UserLogin {
  readonly gid: number;
  /** As in the shadow file, without the lock of a suspension. */
  readonly hash: string;
  /** The whole crontab, also that of a suspended user. Empty: none. */
  readonly crontab: string;
}

/** A user that existed before, maybe on another machine. Its home may be there already. */
export interface FormerMachineUser extends NewMachineUser {
  readonly uid: number;
  readonly gid: number;
}

/** A user's name, and the home that belongs to it. */
export interface NamedHome {
  readonly name: string;
  readonly home: string;
}

/** A user that might no longer exist: its former home and user ID. */
export interface FormerUser {
  readonly home: string;
  readonly uid: number;
}

export interface SuspendOptions {
  /**
   * Daemons may start processes of the user again that end, so a few tries are enough: it is no failure if some are left, and
   * the caller repeats the suspension without this.
   */
  readonly mayLeaveProcesses?: boolean;
}

/**
 * The users of the machine. Every operation can be repeated, and run again after a process was killed during it: the
 * second run completes the operation, or finds nothing left to do.
 * Operations that change a user throw a TypeError for a malformed value, before anything changes. They throw
 * MachineError `not_found` for an unknown user, `not_ours` for a system user (root, daemon, …), which they never
 * change, and `failed` if the machine could not do it. `find`, `verifyPassword` and `isSuspended` treat malformed names
 * as unknown.
 */
export interface MachineUsers {
  /** Finds any user of the machine, including system users. Undefined if the user does not exist. */
  find(name: string): Promise<MachineUser | undefined>;
  /** Returns the users that exist, by name. */
  findAll(names: readonly string[]): Promise<Map<string, MachineUser>>;
  /** Finds the user with this ID. */
  findById(uid: number): Promise<MachineUser | undefined>;
  /** Finds the name of the group with this ID. */
  findGroup(gid: number): Promise<string | undefined>;
  /** What only the machine knows of these users, by name. Those that do not exist are missing. */
  logins(names: readonly string[]): Promise<Map<string, UserLogin>>;
  /**
   * The state of a user’s home: a directory of its own; `foreign` if it has another owner, or is something else. In a
   * sandbox, no directory has another owner.
   */
  homeOf(user: FormerUser): Promise<'own' | 'missing' | 'foreign'>;
  /** Creates the home of a user whose home is missing, as `create` does. */
  makeHome(name: string, links?: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Creates a user that existed before, with the same IDs, and its home if it is missing. A home that is there is not
   * changed, and neither is a crontab.
   * @param hash the password, as `logins` returns it. Undefined: nobody can log in until a password is set.
   * @throws MachineError `exists` if the name or an ID belongs to another user or group, `failed` if the home is foreign.
   */
  recreate(user: FormerMachineUser, hash?: string): Promise<void>;
  /** Removes the user and the group that `recreate` has created. The home and the crontab stay. */
  undoRecreate(user: { readonly name: string; readonly uid: number }): Promise<void>;
  /**
   * Creates user, group of the same name, and home (mode 0711, owned by the user, with the skeleton's files and the
   * directories of `home-layout.ts`). Without a password, the user cannot log in until one is set.
   * @throws MachineError `exists` if the user, group, home or user ID already exists.
   */
  create(user: NewMachineUser, password?: string): Promise<CreatedUser>;
  /**
   * Undoes `create`, even if it was interrupted at any point: waits for tools that are still running, and removes user,
   * group and home. A user of this name with another home is not changed.
   */
  undoCreate(user: NamedHome): Promise<void>;
  /**
   * Ends the user's processes, and removes home, user, group and crontab. Succeeds if the user does not exist. If
   * `former` is given, its home is then removed anyway, unless it has another owner now.
   * @throws MachineError `failed` if any part could not be removed. The user is removed only after the home.
   */
  remove(name: string, former?: FormerUser): Promise<void>;
  /**
   * Renames user and group, moves home and crontab, and ends the user's processes. `rename(to, from)` undoes it, even
   * if it was interrupted. A suspended user stays suspended.
   * @throws MachineError `exists` if the new user, group or home already exists.
   */
  rename(from: NamedHome, to: NamedHome): Promise<void>;
  setShell(name: string, shell: string): Promise<void>;
  /**
   * Sets a password. A suspended user can use it once unsuspended. Root is the only system user whose password can be
   * set, because root also logs in over the network.
   */
  setPassword(name: string, password: string): Promise<void>;
  /**
   * Returns false for unknown users, and for locked or suspended ones. The duration might reveal which of these it is:
   * see `guarded-attempts.ts`.
   */
  verifyPassword(name: string, password: string): Promise<boolean>;
  /**
   * True if it is the password of a hash in a form of crypt(5). False for one that is locked, needs much time, or is of a
   * kind that is not supported.
   */
  verifyHash(hash: string, password: string): Promise<boolean>;
  /** Requires the user to choose a new password at the next login. */
  expirePassword(name: string): Promise<void>;
  /**
   * Prevents all logins: locks the password, expires the account and ends the processes. The crontab is kept, but does
   * not run.
   */
  suspend(name: string, options?: SuspendOptions): Promise<void>;
  /**
   * Restores the state before `suspend`: a password that was locked stays locked, and an expiry date is set again. Does
   * nothing if the user is not suspended.
   */
  unsuspend(name: string): Promise<void>;
  isSuspended(name: string): Promise<boolean>;
  /**
   * True if a file of this name is directly in the user's home. Symbolic links do not count and are not followed, and
   * neither is a home that is a link. False for unknown users and system users.
   * @throws TypeError unless `file` is a plain file name.
   */
  hasFile(name: string, file: string): Promise<boolean>;
}

/** Disk space in use: blocks of 1024 bytes, and inodes. */
export interface MachineUsage {
  readonly blocks: number;
  readonly inodes: number;
}

export type Measured = (name: string, usage: MachineUsage | MachineError) => void;

/** Disk space by user. Malformed names are rejected as in MachineUsers. */
export interface MachineQuota {
  /** True if the file system of the homes enforces limits now. */
  isEnabled(): Promise<boolean>;
  /** Sets a limit; null removes it. @throws MachineError `no_quota` if limits are not enforced; `not_found`. */
  setLimit(name: string, mebibytes: number | null): Promise<void>;
  /** Returns the user's disk usage. @throws MachineError `not_found`. */
  usage(name: string): Promise<MachineUsage>;
  /**
   * Measures many users in one pass. `measured` receives each name once, in any order, as soon as its usage is known. For a
   * name that does not exist, it receives the MachineError that `usage` would throw.
   */
  usages(names: readonly string[], measured: Measured): Promise<void>;
}

/** An address whose packets are dropped, until a time in milliseconds since 1970-01-01. */
export interface FirewallBlock {
  /** `192.0.2.1`. For IPv6, the /64 network of one customer: `2001:db8::/64`. */
  readonly address: string;
  readonly until: number;
}

/**
 * Drops packets from an address to the machine. Every operation can be repeated. An address that must not be blocked,
 * such as the machine’s own loopback, is a TypeError.
 */
export interface MachineFirewall {
  /** False if there is no firewall that this program can use. */
  isAvailable(): Promise<boolean>;
  /**
   * Blocks the address until this time, which replaces an earlier end. Does nothing if the time has passed.
   * @throws MachineError `failed` if there is no firewall.
   */
  block(address: string, until: number): Promise<void>;
  /** Does nothing if the address is not blocked, or there is no firewall. */
  unblock(address: string): Promise<void>;
  /** Returns the blocks of this program only, without other rules of the firewall. */
  list(): Promise<FirewallBlock[]>;
}

/** Runs programs that root has configured. */
export interface MachineCommands {
  /** False in a sandbox, which runs no commands. */
  readonly isSupported: boolean;
  /**
   * Starts a program with its arguments, without a shell, and does not wait for it. The program has no input, its
   * output is discarded, and it is ended after `limitMs`. Does nothing if commands are not run.
   * @throws MachineError `failed`.
   */
  start(words: readonly string[], limitMs: number): Promise<void>;
}

/** A file system on which this installation keeps its files. */
export interface Disk {
  /** What this installation keeps there: `state directory`, `home directories`. */
  readonly purposes: readonly string[];
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The bytes that are available to ordinary users. */
  readonly available: number;
}

/** The self-signed certificate of this program's own server. A server that was given another one does not use it. */
export interface MachineOwnCertificate {
  /** Undefined if the server has never started and no certificate was installed. */
  read(): Promise<OwnCertificateState | undefined>;
  /**
   * Returns the SHA-256 of the certificate that this program created: pairs of hexadecimal digits with colons between them.
   * Undefined if the server has never started, or another certificate was installed.
   */
  fingerprint(): Promise<string | undefined>;
  /**
   * Creates another one for the hostname, and has running servers load it. Can be repeated: does not create one if the
   * present one no longer has the fingerprint `former`.
   */
  renew(hostname: string, former: string): Promise<void>;
  /** Undoes `renew`. */
  restore(former: string): Promise<void>;
  /** @returns a new self-signed one for the hostname: its key and the certificate (PEM), which are not stored. */
  create(hostname: string): Promise<string>;
  /**
   * Replaces it, and has running servers load it without closing a connection. Can be repeated.
   * @param pem the key, the certificate and its chain.
   * @throws MachineError `failed` if a running server does not serve it.
   */
  install(pem: string): Promise<void>;
  /** Undoes `install`. @param former the digest of the state before it; null if there was none. */
  uninstall(former: string | null): Promise<void>;
}

export interface OwnCertificateState {
  /** The key, the certificate and its chain (PEM). Without the key if `option` is there. */
  readonly pem: string;
  /** SHA-256 of `pem`, in hexadecimal. */
  readonly digest: string;
  /** The file that an option of the running server names (`--tls-cert`), instead of the stored certificate. */
  readonly option: string | undefined;
}

/** The machine, by capability. Callers pass only valid names, but every implementation checks them again. */
export interface Machine {
  readonly system: {
    /** True if accounts are files below the state directory instead of users of this machine. */
    readonly isSandbox: boolean;
    readonly hostname: () => string;
    /** True if the shared store knows this server by its hostname, so that the hostname must not change. */
    readonly isNamedByHostname: boolean;
    /** Runnable processes, averaged over 1, 5 and 15 minutes. */
    readonly loadAverage: () => [number, number, number];
    /** The IPv4 addresses of the machine's interfaces, the main one first. If it has none, 127.0.0.1. */
    readonly addresses: () => [string, ...string[]];
  };
  /** Loaded on demand, because most calls use no system user. */
  readonly users: () => Promise<MachineUsers>;
  readonly quota: () => Promise<MachineQuota>;
  readonly firewall: () => Promise<MachineFirewall>;
  readonly commands: () => Promise<MachineCommands>;
  readonly addresses: () => Promise<MachineAddresses>;
  readonly resolver: () => Promise<MachineResolver>;
  readonly kernel: () => Promise<MachineKernel>;
  readonly outbound: () => Promise<MachineOutbound>;
  readonly mailer: () => Promise<MachineMailer>;
  readonly processes: () => Promise<MachineProcesses>;
  readonly scripts: () => Promise<MachineScripts>;
  readonly identityProviders: () => Promise<MachineIdentityProviders>;
  readonly acme: () => Promise<MachineAcme>;
  readonly disks: () => Promise<readonly Disk[]>;
  /**
   * The files below these directories; every other path is rejected. Each driver declares its own directories. With
   * `owner`, a user ID, they are homes of that user. If one is missing or has another owner, the work fails, and a file of
   * any other owner is not read: it might be a hard link to a file that the user must not see.
   */
  readonly files: (directories: readonly string[], owner?: number) => Promise<MachineFiles>;
  /** SQLite files of daemons below these directories. Each driver declares its own directories. */
  readonly sqliteFiles: (directories: readonly string[]) => Promise<MachineSqlite>;
  /**
   * The files in an account's home directory, with the rights of its user.
   * @throws MachineError `not_found` for an unknown user; `not_ours` for a system user.
   */
  readonly userFiles: (user: string) => Promise<MachineUserFiles>;
  readonly crontabs: () => Promise<MachineCrontabs>;
  readonly databases: () => Promise<MachineDatabases>;
  readonly fileCopies: () => Promise<FileCopies>;
  /** The files in a folder of the state directory, such as `zone-templates`. */
  readonly customFiles: (folder: string) => Promise<CustomFiles>;
  /** Gives access to these tools only. Each driver declares its own tools. */
  readonly tools: (tools: readonly DeclaredTool[]) => Promise<MachineTools>;
  readonly services: () => Promise<MachineServices>;
  readonly ownCertificate: () => Promise<MachineOwnCertificate>;
}
