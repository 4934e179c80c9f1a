// What remote calls need of the process they run in, so that a test can give its own.

export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  pause(milliseconds: number): Promise<void>;
  /** A line for the person at the terminal, on standard error. */
  tell(sentence: string): void;
  /** Asks the person at the terminal; what is secret is not shown while it is typed. Absent without a terminal. */
  readonly ask?: (question: string, isSecret: boolean) => Promise<string>;
}
