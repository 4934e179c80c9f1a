// The streams and the environment of the command line. Tests replace them.

export interface Output {
  /** Writes the whole text. @throws WriteError */
  write(text: string): void;
  /**
   * Waits until there is room for more. Absent if `write` waits for that itself.
   * @throws WriteError if nobody reads the output any more.
   */
  drained?(): Promise<void>;
  /** True if the output is a terminal. */
  isTerminal(): boolean;
  /** The size of the terminal in characters. Undefined if it is unknown, or there is no terminal. */
  size?(): { readonly columns: number; readonly rows: number } | undefined;
}

/** The maximum size of standard input or a file. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024;

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads standard input, but at most one byte more than MAX_INPUT_BYTES. @throws errors of the file system. */
  readStdin(): Uint8Array;
  readFile(path: string): Uint8Array;
  /** Shows a manual page, as man(1) does. Returns false if man is missing or fails. */
  readonly showManualPage?: (path: string) => boolean;
  /** Shows a text in a pager. Returns false if there is no such program. */
  readonly showPaged?: (program: string, words: readonly string[], text: string) => boolean;
  /** A sentence that names the server in which the command runs. Absent in a process of its own. */
  readonly ranBy?: string;
  /** Asks a question at the terminal. Secret input is not echoed. Absent without a terminal. */
  readonly ask?: ((question: string, isSecret: boolean) => Promise<string>) | undefined;
}

/**
 * Writes to standard error. Ignores errors, because there is no other place to report them. The exit status remains.
 */
export function writeStderr({ stderr }: Io, text: string): void {
  try {
    stderr.write(text);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
  }
}

/** A stream could not be written to. `EPIPE`: its reader has closed it, as `| head -1` does. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
