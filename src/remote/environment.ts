// The environment of remote calls in their process. Tests replace it.

export interface RemoteEnvironment {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** At least 0 and less than 1. */
  random(): number;
  pause(milliseconds: number): Promise<void>;
  /** Writes a line for the user to standard error. */
  warn(sentence: string): void;
  /** Asks a question at the terminal. Secret input is not echoed. Absent without a terminal. */
  readonly ask?: (question: string, isSecret: boolean) => Promise<string>;
}
