// Tasks: work that continues after the call that started it. A file in `tasks/` of a capability describes each kind of task, and
// `src/worker/` runs them.
import type { Db, Sealer, FunctionCall } from './context.ts';
import { ApiError } from './errors.ts';
import type { Envelope } from './envelope.ts';
import type { Machine } from './machine.ts';
import type { CallPeer } from './peer.ts';
import type { Lock } from './plan.ts';
import type { Json } from './values.ts';

export const taskStates = ['waiting', 'running', 'done', 'failed', 'stopped'] as const;
export type TaskState = (typeof taskStates)[number];

/** The failure of a task that is not retried, because another attempt would fail as well. */
export class Final extends ApiError {}

/** A task as a call starts it. `input` is JSON without secrets, because it is stored and shown unchanged. */
export interface NewTask {
  readonly kind: string;
  readonly input: unknown;
  readonly caller: string;
  readonly xid: string;
}

export interface Timer {
  readonly everyMs: number;
  /** 0 to 23, by the server's clock: the hour at which a daily task starts. */
  readonly hour?: number;
  /**
   * True if the task starts at a minute of its own: the one at which the server has stored the timer first. Then not all
   * servers ask the same service on the internet at the same time.
   */
  readonly keepsMinute?: true;
  /** The role of the server without which the task has nothing to do, and is not started. */
  readonly role?: string;
}

/** A kind of task. Its name is the name of its file. */
export interface TaskKind<Input = never> {
  /** One sentence, verb first. */
  readonly description: string;
  /** What happens to a task whose process has died. `retry` runs it again from the start. */
  readonly whenInterrupted: 'retry' | 'fail';
  /**
   * How often a failed task is retried, and after what delay. Each further delay is `growth` times as long (default: 1).
   * Default: never.
   */
  readonly retries?: { readonly count: number; readonly delayMs: number; readonly growth?: number };
  /** Only one task of this kind runs on a server at a time. The others wait for it. */
  readonly runsAlone?: true;
  /** For a kind that is started by a timer. Its input is `{}`. */
  readonly timer?: Timer;
  /** The tweak settings after whose change one starts, with the input `{}`. */
  readonly follows?: readonly string[];
  /**
   * Asked every minute in whmapi1d. If there is work, it starts a task with the input `{}`, unless one is waiting or running.
   */
  readonly isNeeded?: (look: TaskLook) => Promise<boolean>;
  /**
   * Does the work. The return value is stored as the task's result. Any error makes the task fail. The message of an
   * ApiError or a MachineError becomes the reason. If a timer has started the task, and it returns undefined, or nothing but
   * numbers that are 0 without having written to its log, there was nothing to do, and no trace of it is kept.
   */
  readonly run: (input: Input, context: TaskContext) => Promise<Json | undefined>;
}

/** What a kind of task may use to find out whether there is work. */
export type TaskLook = Pick<TaskContext, 'machine' | 'now' | 'transaction'>;

/**
 * The context of a task. No transaction is open. The task acts as root, because the call has already authorised its
 * caller.
 */
export interface TaskContext {
  readonly id: number;
  /**
   * True if the task has run before, and was interrupted or failed. An interrupted attempt may have written files that a
   * daemon has not read yet.
   */
  readonly isRetry: boolean;
  /** The user who started the task; root for a timer. */
  readonly caller: string;
  readonly machine: Machine;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  /** Runs a separate transaction. */
  readonly transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>;
  /**
   * Runs work that writes what belongs to an account, or to another object with a lock, while no call changes it. The
   * work must itself read what it is based on: a call may have changed what was read before. It must not make calls that
   * need these locks.
   * @param options.passesLeft true if the work writes what the store says, so that it need not wait for what a task still
   * has to undo or to finish of earlier calls.
   * @throws ApiError `busy`, `host_failed` if the locks do not become free.
   */
  readonly withLocks: <T>(
    locks: readonly Lock[],
    work: () => Promise<T>,
    options?: { readonly passesLeft: boolean },
  ) => Promise<T>;
  /**
   * Finishes the plan of an earlier call, from the journal. Does nothing if it is finished.
   * @returns a sentence for each step that a home made impossible.
   * @throws ApiError, MachineError if that fails now.
   */
  readonly finishOperation: (id: number) => Promise<readonly string[]>;
  /**
   * Undoes what is left of an earlier call. Does nothing if it is undone.
   * @returns a sentence for each step that a home made impossible.
   * @throws ApiError if that fails now.
   */
  readonly undoOperation: (id: number) => Promise<readonly string[]>;
  /** Makes a call on another server. */
  readonly callPeer: CallPeer;
  /** Makes a call as root. The call takes the locks that it needs. */
  readonly call: (call: FunctionCall) => Promise<Envelope>;
  /** The same with a function that only this program itself calls (`own-functions/`). */
  readonly callOwn: (call: FunctionCall) => Promise<Envelope>;
  /**
   * Makes a call as root if what the task has read before still holds, so that it does not undo what another call has
   * changed in between. `isCurrent` is asked in the transaction in which the call reads and plans.
   * @returns undefined if it no longer holds. Then nothing was changed.
   */
  readonly callIfCurrent: (
    call: FunctionCall,
    isCurrent: (db: Db) => Promise<boolean>,
  ) => Promise<Envelope | undefined>;
  /** @param percent 0 to 100. @param activity a sentence about what the task is doing now. */
  readonly progress: (percent: number, activity: string) => void;
  /** Adds a line to the task's log file, which must not contain secrets. */
  readonly log: (line: string) => void;
  /** The log file itself, for programs that outlive this process and write their output into it. */
  readonly logFile: TaskLogFile;
  /**
   * Aborted if somebody stops the task, or the process is about to end. If the work then throws, as
   * `signal.throwIfAborted()` does, the task is stopped. If it returns, the task is done.
   */
  readonly signal: AbortSignal;
  readonly logs: TaskLogs;
}

export interface TaskLogFile {
  readonly path: string;
  /** In bytes. */
  readonly size: () => number;
  /** The text from a position on, in bytes. */
  readonly readFrom: (offset: number) => string;
}

/** A part of a task's log. */
export interface TaskLogPiece {
  /** Complete lines. Characters that a terminal obeys are escaped. */
  readonly lines: readonly string[];
  /** The position after these lines, in bytes. */
  readonly end: number;
  /** The size of the whole log, in bytes. */
  readonly size: number;
}

/** The log files of this server's tasks. */
export interface TaskLogs {
  /** The IDs of the tasks that have a log file. */
  readonly list: () => number[];
  readonly remove: (id: number) => void;
}

/** Ties a kind of task to the type of its input. */
export function defineTask<Input>(kind: TaskKind<Input>): TaskKind<Input> {
  return kind;
}

/** A loader for each kind of task, by the kind's name. */
export type TaskKinds = Readonly<Record<string, () => Promise<{ default: TaskKind }>>>;
