// Access to the machine for drivers of daemons: configuration files, the daemons' own tools, and services. Paths are
// absolute Linux paths everywhere; the sandbox keeps the files below the state directory.

/**
 * Owner and group of a file, by name or number, and its permission bits, such as 0o640. Default owner and group: root.
 */
export interface FileAttributes {
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly mode: number;
}

export interface FileFacts {
  /** Describes a symbolic link itself, because links are never followed. */
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Permission bits, such as 0o640. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The time of the last change of its content: milliseconds since 1970-01-01. */
  readonly modifiedAt: number;
  /** The time of the last change of its content, owner, mode or name: milliseconds since 1970-01-01. */
  readonly changedAt: number;
}

/**
 * Compares a file with what this program wrote last: `unknown` if it never wrote the file, `edited` if somebody has
 * changed it since.
 */
export type FileOrigin = 'absent' | 'unknown' | 'ours' | 'edited';

/** A regular file that is open for reading. It stays the same file if it is renamed or removed. */
export interface OpenFile {
  /** These two identify the file on this machine, whatever its name is. */
  readonly device: string;
  readonly inode: string;
  /** In bytes, at the time when it was opened. */
  readonly size: number;
  /**
   * Reads into the first `length` bytes of `buffer`, from a position in the file on. @returns the number of bytes,
   * which is smaller than `length` only at the end of the file.
   */
  readonly read: (buffer: Uint8Array, length: number, position: number) => Promise<number>;
  /** For another thread of this process, which reads it meanwhile. */
  readonly descriptor: number;
  readonly close: () => void;
}

/** The state that `backUp` found, for `restore`. JSON. */
export interface FileBackup {
  /** The path of the copy below the backups. Null if there was no file. */
  readonly copy: string | null;
  /** SHA-256 digests, in hexadecimal, of the content that this program had last written there. Empty if it had not. */
  readonly digests: readonly string[];
}

/**
 * Files below the declared directories. A symbolic link at or below such a directory is never followed. All operations
 * can be repeated.
 * Operations that change a file throw MachineError `full` if the disk is full. They throw `failed` with the path for a
 * link, a missing directory, or a failed system call. A path outside the directories, or one that is not normalised, is
 * a TypeError.
 */
export interface MachineFiles {
  /** Returns the real location of a path, for tools and for configuration files that name it. */
  locate(path: string): string;
  /**
   * Returns undefined if there is no such file.
   * @throws MachineError `failed` if it is larger than `maxBytes` (default: 64 MiB) or not a regular file.
   */
  read(path: string, maxBytes?: number): Promise<Uint8Array | undefined>;
  /** Returns the file as text. @throws MachineError `failed` also if it is not valid UTF-8. */
  readText(path: string, maxBytes?: number): Promise<string | undefined>;
  /**
   * Opens a file that may be larger than the memory. Returns undefined if there is no such file.
   * @throws MachineError `failed` if it is not a regular file.
   */
  open(path: string): Promise<OpenFile | undefined>;
  /** Returns undefined if nothing exists at the path. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Returns the sorted names in a directory, without staged files. Empty if there is no such directory. */
  list(path: string): Promise<string[]>;
  /** Returns the paths of the staged files in a directory: of changes in progress, and of interrupted ones. */
  listStaged(path: string): Promise<string[]>;
  /** Creates a directory inside an existing one. An existing directory gets these attributes. */
  makeDirectory(path: string, attributes: FileAttributes): Promise<void>;
  /**
   * Writes the next version next to the file, with its final owner and mode, and flushes it to the disk. Replaces an
   * earlier staged version.
   * @returns the path of the staged version, below the same directory.
   */
  stage(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<string>;
  /** Replaces the file by its staged version, if there is one. A power failure cannot leave a partial file. */
  commit(path: string): Promise<void>;
  /** Removes the staged version, if any. */
  discard(path: string): Promise<void>;
  /** Stages and commits. */
  write(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<void>;
  /**
   * Does the work while no other process does work for the same path. For a file that calls write although no lock keeps
   * them apart.
   * @throws MachineError `failed` if another process holds it for three minutes; what `work` throws.
   */
  whileLocked<T>(path: string, work: () => Promise<T>): Promise<T>;
  /**
   * Creates a file, which must not exist yet, and flushes it to the disk. Others see it once it is complete. Unlike with
   * `write`, a tool may fill the file later, and it does not count as a file that this program maintains.
   * @throws MachineError `exists`.
   */
  create(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<void>;
  /** Flushes a file that a tool has written to the disk. */
  flush(path: string): Promise<void>;
  /**
   * Renames a file or a directory within its directory, and flushes that. Does nothing if only `to` exists.
   * @throws MachineError `exists` if both exist.
   */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a link, if it exists. */
  remove(path: string): Promise<void>;
  /** Removes a directory if it exists and is empty. */
  removeEmptyDirectory(path: string): Promise<void>;
  origin(path: string): Promise<FileOrigin>;
  /** Marks the file's present content as ours: `origin` is `ours` until somebody changes it. */
  adopt(path: string): Promise<void>;
  /** Copies the file, with its owner and mode, to the private backups. Only the latest copies of each file are kept. */
  backUp(path: string): Promise<FileBackup>;
  /** Restores what `backUp` found: content, owner, mode and origin. */
  restore(path: string, backup: FileBackup): Promise<void>;
}

/** The copies that `MachineFiles.backUp` has made of files below any directory. */
export interface FileCopies {
  /**
   * Removes the copies of files that are gone, if the last one was made before this time, in milliseconds since
   * 1970-01-01. No call that may still restore them must be unfinished.
   * @returns the number of files whose copies were removed.
   */
  prune(before: number): Promise<number>;
}

/** Files that the administrator keeps in a folder of the state directory. This program only reads them. */
export interface CustomFiles {
  /** Returns the sorted names. Empty if there is no such folder. */
  list(): Promise<string[]>;
  /**
   * Returns undefined if there is no such file.
   * @throws MachineError `failed` for a link, a directory, a file larger than `maxBytes`, or a file that is not valid
   * UTF-8.
   */
  readText(name: string, maxBytes: number): Promise<string | undefined>;
}

export interface DeclaredTool {
  /** A plain name, which is searched for in the system's own directories: `named-checkzone`. */
  readonly name: string;
  /**
   * True if the tool reads and writes only the files that its arguments name, without privileges. A sandbox can then
   * run it.
   */
  readonly worksInSandbox?: boolean;
}

/** An argument. Paths are marked, because the sandbox keeps its files elsewhere. */
export type ToolWord = string | { readonly path: string; readonly prefix?: string };

/** The path under which a tool reads the file of the option `privateFile`. */
export const PRIVATE_FILE = '/proc/self/fd/4';
/** And that of a second one. */
export const SECOND_PRIVATE_FILE = '/proc/self/fd/5';

export interface ToolOptions {
  /** Standard input. Secrets must be sent here, because every user can read the arguments of a process. */
  readonly input?: string;
  /**
   * The content of a file in memory that the tool reads as `PRIVATE_FILE`, for secrets that it does not read from standard
   * input. The file has no name in any folder, and ends with the processes that have it open, even after SIGKILL. Two
   * contents: two files.
   */
  readonly privateFile?: string | readonly [string, string];
  /** Standard input is this file instead of `input`. The tool cannot write to it. */
  readonly inputFile?: OpenFile;
  /**
   * The user to run as, without supplementary groups. Default: the user of this process. A sandbox has no other user, and
   * runs every tool as that one.
   */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** The exit statuses that are not failures. Default: 0. */
  readonly accept?: readonly number[];
  /** Default: 60,000. */
  readonly limitMs?: number;
  /** For ssh: if it asks for a password or a passphrase, the next line of `input` is the answer. */
  readonly answersQuestions?: true;
  /**
   * A pattern in standard output that means success. The tool is then ended immediately, with the status 0. Not for
   * tools that write.
   */
  readonly until?: RegExp;
}

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  /** The beginning of standard error: at most about 4,096 characters. */
  readonly stderr: string;
}

/** Tools of the system, run without a shell and with a clean environment. An undeclared tool is a TypeError. */
export interface MachineTools {
  /** True if the tool can be run: it is installed and, in a sandbox, works there. */
  has(name: string): Promise<boolean>;
  /**
   * Returns the sorted names of the installed programs that match, even if they were not declared. A sandbox has those
   * below its own directory, or, if there are none, those of the machine.
   */
  find(pattern: RegExp): Promise<string[]>;
  /**
   * @throws MachineError `failed`, with the tool's own message, if the tool cannot be run, takes longer than `limitMs`,
   * or exits with a status that is not accepted; `full` if the cause was a full disk.
   */
  run(name: string, words: readonly ToolWord[], options?: ToolOptions): Promise<ToolResult>;
}

export interface ServiceState {
  readonly isInstalled: boolean;
  /** True if the unit starts with the machine. */
  readonly isEnabled: boolean;
  /**
   * The state according to systemd: `active`, `inactive`, `failed`, `activating`, … A unit that systemd starts again and
   * again is `failed`, too, and one that reads its files again is `active`. In a sandbox, the recorded state.
   */
  readonly state: string;
  /** Present if an administrator has masked the unit (systemctl(1)): systemd then never starts it. */
  readonly isMasked?: true;
  /** The unit's last lines in the journal if it failed. Otherwise, and in a sandbox, empty. */
  readonly log: readonly string[];
}

/** A daemon with network that a sandbox runs for itself, with the rights of its user. */
export interface OwnProcess {
  /** The address that it listens on: `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
}

export interface MainProcess {
  /** Reads its command line, which some daemons replace by what they do. Empty once it has ended, or if it cannot be read. */
  readonly commandLine: () => Promise<string>;
}

/**
 * Units of systemd, by name: `named`, or with their type, `named.service`. A malformed name is a TypeError.
 * Operations that change a unit can be repeated. They throw MachineError `not_found` if the unit is not installed, and
 * `failed`, with the last lines of its journal, if it did not reach the requested state.
 */
export interface MachineServices {
  /** False in a sandbox, which only records the requested state and starts nothing. */
  readonly isSupported: boolean;
  /** The unit's main process. Undefined if there is none, and in a sandbox. */
  mainProcess(unit: string): Promise<MainProcess | undefined>;
  /** The process that a sandbox runs for the unit (`whmapi1 --sandbox-services`). Undefined if there is none. */
  ownProcess(unit: string): Promise<OwnProcess | undefined>;
  state(unit: string): Promise<ServiceState>;
  /** Returns the states of many units by the given names, without their logs. */
  states(units: readonly string[]): Promise<ReadonlyMap<string, Omit<ServiceState, 'log'>>>;
  /** Waits until the unit is active, as do `restart` and `reload`. */
  start(unit: string): Promise<void>;
  stop(unit: string): Promise<void>;
  restart(unit: string): Promise<void>;
  /** Requests a restart without waiting for it. For the unit that this process itself belongs to. */
  restartLater(unit: string): Promise<void>;
  /** @throws MachineError `failed` also if the unit is not active. */
  reload(unit: string): Promise<void>;
  enable(unit: string): Promise<void>;
  disable(unit: string): Promise<void>;
  /**
   * Restarts the machine, without waiting for it. `isForced`: all processes are killed immediately, and services are
   * not stopped in order.
   * @throws MachineError `failed` in a sandbox.
   */
  reboot(isForced: boolean): Promise<void>;
}
