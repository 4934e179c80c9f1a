// What drivers of daemons ask of the machine: configuration files, the daemons' own tools, and services. Paths are
// absolute and as on Linux everywhere; the sandbox keeps the files below the state directory.

/** Who a file belongs to, by name or number, and its permission bits, such as 0o640. Default owner and group: root. */
export interface FileAttributes {
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly mode: number;
}

export interface FileFacts {
  /** Of a symbolic link itself, which is never followed. */
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Permission bits, such as 0o640. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** When its content changed last: milliseconds since 1970-01-01. */
  readonly modifiedAt: number;
  /** When its content, owner, mode or name changed last. */
  readonly changedAt: number;
}

/** Whether a file is as this program left it: `unknown` if it never wrote it, `edited` if somebody changed it since. */
export type FileOrigin = 'absent' | 'unknown' | 'ours' | 'edited';

/** What `backUp` found, for `restore`. JSON. */
export interface FileBackup {
  /** The copy, by its path below the backups; null if there was no file. */
  readonly copy: string | null;
  /** SHA-256, in hexadecimal, of what this program had written there last; empty if it had not. */
  readonly digests: readonly string[];
}

/**
 * Files below the directories that were named. A symbolic link at or below such a directory is never followed. All
 * operations can be repeated. Whatever changes a file throws MachineError: `full` if the disk takes no more, `failed`
 * with the path for a link, a missing directory, or a refusal of the system. A path outside the directories, or one that
 * is not clean, is a TypeError.
 */
export interface MachineFiles {
  /** Where a path really is: for a configuration file that names it, and for tools. */
  locate(path: string): string;
  /**
   * Undefined if there is no such file. @throws MachineError `failed` if it is larger than `maxBytes` (default: 64 MiB) or
   * no regular file.
   */
  read(path: string, maxBytes?: number): Promise<Uint8Array | undefined>;
  /** The same as text. @throws MachineError `failed` also if it is not valid UTF-8. */
  readText(path: string, maxBytes?: number): Promise<string | undefined>;
  /** Undefined if there is nothing. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** The names in a directory, sorted, without what `stage` left there; empty if there is no such directory. */
  list(path: string): Promise<string[]>;
  /** Creates a directory inside an existing one. One that exists gets these attributes. */
  makeDirectory(path: string, attributes: FileAttributes): Promise<void>;
  /**
   * Writes the next version beside the file, with its final owner and mode, flushed to the disk. A former one is
   * replaced. @returns the path of the staged version, below the same directory.
   */
  stage(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<string>;
  /** Puts the staged version in place, also in a power cut; nothing if there is none. */
  commit(path: string): Promise<void>;
  /** Removes the staged version, if any. */
  discard(path: string): Promise<void>;
  /** `stage` and `commit`. */
  write(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<void>;
  /** Removes a file or a link; nothing if there is none. */
  remove(path: string): Promise<void>;
  origin(path: string): Promise<FileOrigin>;
  /** Takes the file as it is for ours: `origin` is `ours` until somebody changes it. */
  adopt(path: string): Promise<void>;
  /** Copies the file, with owner and mode, to the private backups. The latest copies of each file are kept. */
  backUp(path: string): Promise<FileBackup>;
  /** Puts back what `backUp` found: content, owner, mode and origin. */
  restore(path: string, backup: FileBackup): Promise<void>;
}

/** Files that the administrator keeps in a folder of the state directory. This program only reads them. */
export interface CustomFiles {
  /** The names, sorted; empty if there is no such folder. */
  list(): Promise<string[]>;
  /**
   * Undefined if there is no such file. @throws MachineError `failed` for a link, a directory, a file that is larger than
   * `maxBytes`, and one that is not valid UTF-8.
   */
  readText(name: string, maxBytes: number): Promise<string | undefined>;
}

export interface DeclaredTool {
  /** A plain name, which is looked for in the system's own directories: `named-checkzone`. */
  readonly name: string;
  /** It reads and writes only the files that its arguments name, without privileges, so that a sandbox can run it. */
  readonly worksInSandbox?: boolean;
}

/** An argument. One that is a path is marked, because the sandbox keeps its files elsewhere. */
export type ToolWord = string | { readonly path: string; readonly prefix?: string };

export interface ToolOptions {
  /** Standard input: the only way for a secret, because every user can read the arguments of a process. */
  readonly input?: string;
  /** The statuses that are no failure. Default: 0. */
  readonly accept?: readonly number[];
  /** Default: 60,000. */
  readonly limitMs?: number;
  /** Standard output by which the tool has succeeded: it is ended at once, with the status 0. Not for one that writes. */
  readonly until?: RegExp;
}

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  /** Its beginning: at most 4096 characters or so. */
  readonly stderr: string;
}

/** Tools of the system, run without a shell and with a clean environment. A tool that was not declared is a TypeError. */
export interface MachineTools {
  /** Whether it can be run: it is installed, and not out of place in a sandbox. */
  has(name: string): Promise<boolean>;
  /**
   * @throws MachineError `failed` if it cannot be run, takes longer than `limitMs`, or ends with a status that is not
   * accepted: with its own words. `full` if that was because of the disk.
   */
  run(name: string, words: readonly ToolWord[], options?: ToolOptions): Promise<ToolResult>;
}

export interface ServiceState {
  readonly isInstalled: boolean;
  /** Starts with the machine. */
  readonly isEnabled: boolean;
  /** As systemd says it: `active`, `inactive`, `failed`, `activating`, … In a sandbox, what was recorded. */
  readonly state: string;
  /** Its last lines in the journal if it failed; empty otherwise, and in a sandbox. */
  readonly log: readonly string[];
}

/** A daemon that a sandbox has for itself, with the rights of its user. */
export interface OwnProcess {
  /** Where it answers: `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
}

/**
 * Units of systemd, by name: `named`, or with their type, `named.service`. A malformed name is a TypeError. Whatever
 * changes a unit can be repeated, and throws MachineError `not_found` if it is not installed, and `failed` with the last
 * lines of its journal if it did not get there.
 */
export interface MachineServices {
  /** False in a sandbox, which only records what was asked for: nothing is started. */
  readonly areRun: boolean;
  /** A process that stands for the unit in a sandbox (`whmapi1 --sandbox-services`); undefined if none does. */
  ownProcess(unit: string): Promise<OwnProcess | undefined>;
  state(unit: string): Promise<ServiceState>;
  /** Of many units at once, by the names that were given. Without their logs. */
  states(units: readonly string[]): Promise<ReadonlyMap<string, Omit<ServiceState, 'log'>>>;
  /** Waits until it is active, as do `restart` and `reload`. */
  start(unit: string): Promise<void>;
  stop(unit: string): Promise<void>;
  restart(unit: string): Promise<void>;
  /** Asks for a restart and does not wait for it: for the unit that this process itself belongs to. */
  restartLater(unit: string): Promise<void>;
  /** @throws MachineError `failed` also if it is not active. */
  reload(unit: string): Promise<void>;
  enable(unit: string): Promise<void>;
  disable(unit: string): Promise<void>;
  /**
   * Restarts the machine, and does not wait for it. `isForced`: all processes are ended at once, without stopping services
   * in order. @throws MachineError `failed` in a sandbox.
   */
  reboot(isForced: boolean): Promise<void>;
}
