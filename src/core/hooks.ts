// Script hooks as the engine sees them: scripts that run before and after a call. The capability `hooks` runs them.
import type { ReadArguments } from './arguments.ts';
import type { Caller, Db } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Hash } from './values.ts';

/** A call whose function can have hooks. */
export interface HookedCall {
  readonly fn: AnyFunction;
  /** The API of a function of an account. Undefined: the function is WHM’s. */
  readonly api?: 'uapi' | 'api2' | undefined;
  readonly args: ReadArguments;
  readonly caller: Caller;
  readonly xid: string;
}

/** The hooks of one call. */
export interface CallHooks {
  /**
   * Reads from the store what the scripts receive. `data` is the data of the response, as far as it is known before the
   * work on the machine. Called in the transaction in which the handler has tried the call.
   */
  prepare(db: Db, data: Hash | undefined): Promise<void>;
  /** The scripts that would run, in sentences for a dry run. */
  describe(): string[];
  /** Runs the scripts before the call. @returns warnings. @throws ApiError `hook_refused` */
  before(): Promise<string[]>;
  /** Runs the scripts after a call that succeeded. @returns warnings, also for scripts that failed. */
  after(data: Hash | undefined, raw: string): Promise<string[]>;
}

/** One line of the log of hooks. */
export interface HookRun {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  /** The XID of the call. */
  readonly xid: string;
  readonly hook: string;
  readonly category: string;
  readonly event: string;
  readonly stage: 'pre' | 'post';
  /** What was run: the hook itself, its check or its rollback. */
  readonly part: 'hook' | 'check' | 'rollback';
  readonly command: string;
  readonly result: 0 | 1;
  /** Null if the script was ended or did not start. */
  readonly status: number | null;
  readonly duration_ms: number;
  /** What the script printed, without the secrets of the call. */
  readonly output: string;
}
