// What the program asks of the machine: its users, their disk quota, its firewall, and commands. `src/machine/` implements
// it twice, for Linux and in a sandbox. Both check every value again, with the functions at the end of this file.

import { MachineError } from './machine-error.ts';

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
   * `home-layout.ts`). No password works until one is set.
   * @throws MachineError `exists` where the user, the group, the home or the uid is there already.
   */
  create(user: NewMachineUser): Promise<MachineUser>;
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
  readonly disks: () => Promise<readonly Disk[]>;
}

export function noUser(name: string): MachineError {
  return new MachineError('not_found', `The machine has no user “${name}”.`);
}

/** Is this a user of the system? */
export function isForeign(user: MachineUser, bases: readonly string[]): boolean {
  return user.uid < FIRST_UID || !isHome(user.home, bases);
}

/** @throws MachineError `not_ours` for a user of the system. */
export function refuseForeign(user: MachineUser, bases: readonly string[]): void {
  if (isForeign(user, bases)) {
    throw new MachineError('not_ours', `“${user.name}” is a user of the system, which is not changed.`);
  }
}

export function alreadyThere(what: string): MachineError {
  return new MachineError('exists', `${what} is there already.`);
}

/** Fits the sandbox and every Linux: useradd itself takes 32, but 16 is what WHM gives an account at most. */
const NAME = /^[a-z][a-z0-9]{0,15}$/;
/** What crypt(3) takes, and with it PAM. */
const MOST_PASSWORD_BYTES = 511;
const HIGHEST_UID = 0xffff_fffe;

/** The one user of the system who may be given a password. */
export const ROOT = 'root';

export function isUserName(name: string): boolean {
  return NAME.test(name);
}

/** A message never holds the value itself, which may be of any size and content. @throws TypeError */
export function refuseName(name: string): void {
  if (!isUserName(name)) {
    throw new TypeError(
      'This is no user name: it takes a letter and up to 15 letters and digits, all lower-case.',
    );
  }
}

/** Is this `/base/something`, for one of the folders that hold homes? */
export function isHome(home: string, bases: readonly string[]): boolean {
  const end = home.lastIndexOf('/');
  return isCleanPath(home) && bases.includes(home.slice(0, end));
}

/** @throws TypeError */
export function refuseHome(home: string, bases: readonly string[]): void {
  if (!isHome(home, bases)) {
    throw new TypeError(`This is no home: it has to be a clean path directly below ${bases.join(' or ')}.`);
  }
}

/** @throws TypeError */
export function refuseFileName(file: string): void {
  if (!/^[A-Za-z0-9._-]{1,255}$/.test(file) || /^\.{1,2}$/.test(file)) {
    throw new TypeError('This is no file name: it takes up to 255 letters, digits, “.”, “_” and “-”.');
  }
}

/** @throws TypeError */
export function refuseShell(shell: string): void {
  if (!isCleanPath(shell)) throw new TypeError('This is no shell: it has to be a clean absolute path.');
}

/** @throws TypeError */
export function refuseNewUser(user: NewMachineUser, bases: readonly string[]): void {
  refuseName(user.name);
  refuseHome(user.home, bases);
  refuseShell(user.shell);
  if (/[:\p{Cc}\p{Cs}\u2028\u2029]/u.test(user.comment) || user.comment.length > 256) {
    throw new TypeError('This is no comment: it has a colon or a control character, or over 256 characters.');
  }
  const { uid } = user;
  if (uid !== undefined && !(Number.isInteger(uid) && uid >= FIRST_UID && uid <= HIGHEST_UID)) {
    throw new TypeError(`This is no user id: it has to be a whole number from ${FIRST_UID}.`);
  }
}

/** @throws TypeError */
export function refusePassword(password: string): void {
  if (!isPassword(password)) {
    throw new TypeError(
      `This is no password: it is empty, has over ${MOST_PASSWORD_BYTES} bytes, or holds a NUL or a line break.`,
    );
  }
}

export function isPassword(password: string): boolean {
  // A lone surrogate has no bytes of its own: UTF-8 would make the same password of all of them.
  return (
    password.length > 0 &&
    password.length <= MOST_PASSWORD_BYTES &&
    new TextEncoder().encode(password).length <= MOST_PASSWORD_BYTES &&
    !/[\0\r\n\p{Cs}]/u.test(password)
  );
}

/** @throws TypeError */
export function refuseLimit(mebibytes: number | null): void {
  if (mebibytes !== null && !(Number.isInteger(mebibytes) && mebibytes > 0 && mebibytes <= 2 ** 40)) {
    throw new TypeError('This is no limit: it has to be a whole number of mebibytes, at least 1, or null.');
  }
}

/** Below are the users of the system: Linux distributions have had this border since 2011. */
export const FIRST_UID = 1000;

function isCleanPath(path: string): boolean {
  const [first, ...parts] = path.split('/');
  return (
    first === '' &&
    path.length <= 255 &&
    parts.length > 0 &&
    parts.every((part) => /^[A-Za-z0-9._+@-]+$/.test(part) && !/^\.+$|^-/.test(part))
  );
}
