// The streams and the environment that the command line works with, so that a test can give its own.

export interface Output {
  /** Writes all of it. @throws WriteError */
  write(text: string): void;
  /** True when a person sees it. */
  isTerminal(): boolean;
  /** How large the terminal is, in characters; undefined if that is not known, or it is no terminal. */
  size?(): { readonly columns: number; readonly rows: number } | undefined;
}

/** The most that is read from standard input or a file. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024;

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** All of it, but no more than one byte past MAX_INPUT_BYTES. @throws as the file system does. */
  readStdin(): Uint8Array;
  readFile(path: string): Uint8Array;
  /** Shows a manual page as man(1) does. False where there is no man, or it can't. */
  readonly showManualPage?: (path: string) => boolean;
  /** Shows a text with a pager. False if there is no such program. */
  readonly showPaged?: (program: string, words: readonly string[], text: string) => boolean;
  /** Asks the person at the terminal; what is secret is not shown while it is typed. Absent without a terminal. */
  readonly ask?: ((question: string, isSecret: boolean) => Promise<string>) | undefined;
}

/** Writes to standard error. What can't be written there can't be told to anybody: the exit status still says it. */
export function tell({ stderr }: Io, text: string): void {
  try {
    stderr.write(text);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
  }
}

/** A stream could not be written to. `EPIPE`: its reader has gone, as `| head -1` does. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
