// Runs scripts that root has registered, such as script hooks.

/** The user of an account. */
export interface ScriptUser {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface ScriptOptions {
  /** Default: the user of this process. A sandbox runs all scripts as that one. */
  readonly as?: ScriptUser;
  /** Standard input. */
  readonly input: string;
  readonly limitMs: number;
  /** Variables of its environment, besides PATH, LC_ALL and HOME. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface ScriptResult {
  /** The exit status. Undefined if a signal ended the script. */
  readonly status: number | undefined;
  /** The beginning of standard output: at most 64 KiB. */
  readonly stdout: string;
  /** The beginning of standard error: at most 64 KiB. */
  readonly stderr: string;
  /** Why the script was ended early: `took longer than 60 seconds`. */
  readonly endedBecause?: string;
}

/**
 * Scripts are files of the real machine, in a sandbox too. Only the user that runs this program, or root, may be able to
 * change them: this applies to the file, to all directories above it, and to symbolic links on the way.
 */
export interface MachineScripts {
  /** @throws MachineError `failed`, with what is wrong, if the path is not an executable file that others cannot change. */
  assertSafe(path: string): Promise<void>;
  /**
   * Runs a script (an absolute path) with its arguments, after `assertSafe`: without a shell, with a clean environment,
   * as the user of this process or `as`. At the time limit, or after more than 1 MiB of output, the script is killed with its
   * process group. A process that the script leaves in the background is not waited for.
   * @throws MachineError `failed` if the script is not safe or cannot be started.
   */
  run(words: readonly string[], options: ScriptOptions): Promise<ScriptResult>;
}
