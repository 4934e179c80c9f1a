// Work that outlives the call that asked for it. A file of `src/tasks/` describes a kind of it; `src/worker/` runs them.
import type { Call, Db, Sealer } from './context.ts';
import type { Envelope } from './envelope.ts';
import type { Machine } from './machine.ts';
import type { Json } from './values.ts';

export const taskStates = ['waiting', 'running', 'done', 'failed', 'stopped'] as const;
export type TaskState = (typeof taskStates)[number];

/** What a call asks for. `input` is JSON without secrets: it is stored as it is, and shown. */
export interface NewTask {
  readonly kind: string;
  readonly input: unknown;
  readonly caller: string;
  readonly xid: string;
}

export interface Timer {
  readonly everyMs: number;
  /** 0 to 23, by the server's clock: the hour at which a task of each day begins. */
  readonly hour?: number;
}

/** A kind of task. Its name is that of its file. */
export interface TaskKind<Input = never> {
  /** One sentence, verb first. */
  readonly description: string;
  /** What becomes of a task whose process has died. One that is retried is begun from the start. */
  readonly whenInterrupted: 'retry' | 'fail';
  /** How often a task that failed is tried again, and how long after. Default: never. */
  readonly retries?: { readonly count: number; readonly delayMs: number };
  /** For a kind that begins by itself. Its input is `{}`. */
  readonly timer?: Timer;
  /**
   * Does the work. What it returns is stored as the result. Whatever it throws makes the task fail: an ApiError's or a
   * MachineError's message becomes the reason.
   */
  readonly run: (input: Input, context: TaskContext) => Promise<Json | undefined>;
}

/** What the work of a task is given. No transaction is open, and it acts as root: the call has checked its caller. */
export interface TaskContext {
  readonly id: number;
  /** The user who started it; root for a timer. */
  readonly caller: string;
  readonly machine: Machine;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  /** A transaction of its own. */
  readonly transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>;
  /** Makes a call as root. */
  readonly call: (call: Pick<Call, 'command' | 'args'>) => Promise<Envelope>;
  /** @param percent 0 to 100. @param activity what it does now: a sentence. */
  readonly progress: (percent: number, activity: string) => void;
  /** Adds a line to the task's log file, which must not contain secrets. */
  readonly log: (line: string) => void;
  /**
   * Aborted when somebody stops the task, or the process is about to end. Work that then throws, as
   * `signal.throwIfAborted()` does, is stopped; work that returns is done.
   */
  readonly signal: AbortSignal;
  readonly logs: TaskLogs;
}

/** The log files of this server's tasks. */
export interface TaskLogs {
  /** The tasks that have one. */
  readonly list: () => number[];
  readonly remove: (id: number) => void;
}

/** Ties a kind of task to the type of its input. */
export function defineTask<Input>(kind: TaskKind<Input>): TaskKind<Input> {
  return kind;
}

/** How each kind is loaded, by its name. */
export type TaskKinds = Readonly<Record<string, () => Promise<{ default: TaskKind }>>>;
