// Script hooks as the engine sees them: scripts that run before and after a call. The capability `hooks` runs them.
import type { ReadArguments } from './arguments.ts';
import type { Caller, Db } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Hash } from './values.ts';
import type { Outcome, Report } from './report.ts';

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

interface HookedWork {
  readonly report: Report;
  readonly dryRun: boolean;
  /** Runs the handler without keeping anything. Scripts run for valid calls only, and learn what the call will do. */
  readonly tryOut: () => Promise<Outcome>;
  readonly perform: () => Promise<Outcome>;
  /** Records an unexpected error. Returns a sentence that says where. */
  readonly logUnexpected: (error: unknown) => string;
}

/** No script runs while a transaction is open. A dry run runs no scripts. */
export async function performHooked(
  hooks: CallHooks,
  { report, dryRun, tryOut, perform, logUnexpected }: HookedWork,
): Promise<Outcome> {
  const tried = await tryOut();
  report.restart();
  report.restartLook();
  if (!tried.ok) return perform();
  if (!dryRun) report.addLasting(await hooks.before());
  const outcome = await perform();
  if (!outcome.ok) return outcome;
  if (dryRun) {
    report.messages.push(...hooks.describe());
    return outcome;
  }
  try {
    report.warnings.push(...(await hooks.after(outcome.data, report.rawText)));
  } catch (error) {
    // The call has succeeded, whatever happens to its hooks.
    report.warnings.push(`The script hooks after the call could not be run. ${logUnexpected(error)}`);
  }
  return outcome;
}
