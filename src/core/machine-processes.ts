// The running programs of the machine's ordinary users.

export interface UserProcess {
  readonly id: number;
  /** The user who started it. */
  readonly uid: number;
  /**
   * The names that it runs under: that of the kernel (at most 15 bytes), of its file, and the one that it shows. Each
   * without directories.
   */
  readonly names: readonly string[];
  /** The kernel's time of its start. Another process with the same ID has another one. */
  readonly started: string;
}

export interface MachineProcesses {
  /** False in a sandbox, whose users run nothing. */
  readonly isSupported: boolean;
  /** The processes of these users, by user ID. Empty in a sandbox. IDs of system users (below 1000) are a TypeError. */
  list(uids: readonly number[]): Promise<UserProcess[]>;
  /**
   * Ends the process with SIGKILL, sent with the rights of its user, so that no process of anyone else can be hit.
   * @returns false if it had ended before. @throws MachineError `failed` if it is still running.
   */
  end(process: UserProcess): Promise<boolean>;
}
