// Work on the machine that succeeds completely or is undone: a plan of named steps. Each step records what it found,
// and the outcome is stored at the end. A plan is plain data. Therefore another process, or a later version of the
// program, can undo or complete an interrupted plan. `execute-plan.ts` executes plans.
import type { Db, Sealer } from './context.ts';
import type { Machine } from './machine.ts';
import type { Hash } from './values.ts';

/** The values that a step gets when it is applied. */
export interface StepWork<Input, Memento> {
  readonly input: Input;
  /** The result of `prepare`. */
  readonly memento: Memento;
  /** A secret such as a password, which is not part of the input. It is never written to the journal. */
  readonly secret: string;
  /** Opens what the input has sealed, so that an interrupted plan can be completed without a secret. */
  readonly sealer: Sealer;
}

/**
 * A kind of step. Plans in the journal refer to it by name, so the meaning of a released kind, its input and its
 * memento must not change in later versions. A step that works differently needs a new kind.
 */
export interface Step<Input, Memento = undefined, Result = unknown> {
  /** The path of its file: `users/create` for `src/capabilities/accounts/driver/users/steps/create.ts`. */
  readonly kind: string;
  /** One sentence for a dry run. Absent for a step that only reads. */
  readonly describe?: (input: Input) => string;
  /** Further lines for a dry run, such as a diff of files. */
  readonly preview?: (machine: Machine, input: Input, sealer: Sealer) => Promise<string[]>;
  /**
   * Reads the present state without changing anything. The result, as JSON, is recorded in the journal before the step
   * is applied.
   * @throws MachineError `changed` if the machine is no longer as the plan expects: the call then makes a new plan.
   */
  readonly prepare?: (machine: Machine, input: Input, sealer: Sealer) => Promise<Memento>;
  /** Can be repeated. The result, as JSON, is available to `store` of the plan's change. */
  readonly apply: (machine: Machine, work: StepWork<Input, Memento>) => Promise<Result>;
  /**
   * Present if the step cannot be undone and loses something. Such steps are applied after all others of their plan, and
   * all of them are prepared before the first is applied, so that what refuses does so in time (`irreversible.ts`).
   * `at-once`: if it fails, it has changed nothing. `piecemeal`: a part may have been done, so the plan must be finished.
   */
  readonly irreversible?: 'at-once' | 'piecemeal';
  /** After this step, nobody writes any more whom the call keeps from it: what was reserved for the rest is released. */
  readonly endsWriters?: true;
  /** Undoes the step, even if it was interrupted or never started. Absent if there is nothing to undo. */
  readonly undo?: (machine: Machine, work: Omit<StepWork<Input, Memento>, 'secret'>) => Promise<unknown>;
}

/** A kind of step with its types erased, for the engine. */
export type AnyStep = Omit<Step<never, never>, 'prepare'> & {
  readonly prepare?: (machine: Machine, input: never, sealer: Sealer) => Promise<unknown>;
};

/** One step of a plan. */
export interface PlannedStep {
  readonly kind: string;
  /** As JSON. */
  readonly input: unknown;
}

/** A kind of step that can also build planned steps. */
export type StepKind<Input, Memento = undefined, Result = unknown> = Step<Input, Memento, Result> & {
  readonly plan: (input: Input) => PlannedStep;
  /** The result of this kind of step among the results of a plan. Undefined if the plan has no step of this kind. */
  readonly resultIn: (results: readonly StepResult[]) => Result | undefined;
};

export interface StepResult {
  readonly kind: string;
  readonly value: unknown;
}

/**
 * Returns the data of a call after every step of its plan was applied; nothing for a function that returns no data.
 * @throws ApiError if the call must still fail.
 */
export type PlanAnswer = (results: readonly StepResult[]) => Hash | undefined;

export function defineStep<Input, Memento = undefined, Result = void>(
  step: Step<Input, Memento, Result>,
): StepKind<Input, Memento, Result> {
  const { kind } = step;
  return {
    ...step,
    plan: (input) => ({ kind, input }),
    resultIn: (results) => results.find((one) => one.kind === kind)?.value as Result | undefined,
  };
}

/** A lock on a named object: `account bob`, `domain bob.example`. Several calls can hold a `shared` lock at once. */
export interface Lock {
  readonly name: string;
  readonly mode: 'exclusive' | 'shared';
}

export const exclusive = (name: string): Lock => ({ name, mode: 'exclusive' });
export const shared = (name: string): Lock => ({ name, mode: 'shared' });

/** The values, besides the input, from which an outcome is stored. */
export interface Outcome {
  /** The results of the plan's steps, in order. */
  readonly results: readonly StepResult[];
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** Stores the outcome of a plan. `Input` is JSON, because another process might store it. */
export interface Change<Input = never> {
  /** The name of its file in `plans/`: `create-account`. */
  readonly kind: string;
  /** Stores the outcome, in one transaction, after every step was applied. */
  readonly store: (db: Db, input: Input, outcome: Outcome) => Promise<void>;
  /**
   * Present if the plan does not wait for what a task still has to undo or to finish of earlier calls on the same
   * objects: it can always be made. `ended`: it removes the objects, so nothing is left to be undone or finished.
   */
  readonly unfinishedCalls?: 'passed' | 'ended';
}

export type ChangeKind<Input> = Change<Input> & {
  readonly plan: (input: Input, work: PlannedWork) => Plan;
};

interface PlannedWork {
  readonly locks: readonly Lock[];
  readonly steps: readonly PlannedStep[];
  /**
   * True if an interrupted plan is completed as a whole by the next call: it repeats something harmless, or only its
   * outcome is stored because its secret is gone. Steps that lose something have a mark of their own (`Step`).
   */
  readonly irreversible?: true;
  /** Passed to the steps and never stored. Interrupted steps cannot be completed without it. */
  readonly secret?: string | undefined;
  /**
   * Work that takes long and comes before the other steps. It holds only its own locks. After it, the call looks at the
   * machine and plans again, and the other steps and locks of that second plan follow. If they fail, all steps are
   * undone. The locks must prevent every other call that would use what these steps create.
   */
  readonly first?: Pick<PlannedWork, 'locks' | 'steps'>;
}

/** The work that a handler requests after it has checked everything. */
export interface Plan extends PlannedWork {
  readonly change: string;
  readonly input: unknown;
}

export function defineChange<Input>(change: Change<Input>): ChangeKind<Input> {
  return { ...change, plan: (input, work) => ({ change: change.kind, input, ...work }) };
}

/** A step as recorded in the journal. */
export interface JournaledStep extends PlannedStep {
  readonly state: 'planned' | 'begun' | 'done';
  readonly memento: unknown;
  readonly result: unknown;
}

/** A plan as recorded in the journal. */
export interface JournalEntry {
  /** Chosen at random when the plan is opened, so that no other plan ever has it. */
  readonly id: number;
  /** The kind of the change that stores the outcome. */
  readonly kind: string;
  readonly input: unknown;
  readonly steps: readonly JournaledStep[];
  readonly irreversible: boolean;
  /**
   * True if it cannot be completed, because it needs a secret that was never stored. Then only the outcome is stored.
   */
  readonly needsSecret: boolean;
  /** For an operation from before the journal had steps: how many of its steps were started. Otherwise 0. */
  readonly begunBefore: number;
  /** The process that is executing the plan. Empty if there is none. */
  readonly process: string;
  readonly xid: string;
  readonly caller: string;
}

/** A step that was applied, and the next one, which is about to be applied. Positions count from 0. */
export interface Progress {
  readonly done?: { readonly position: number; readonly result: unknown };
  readonly begun?: { readonly position: number; readonly memento: unknown };
  /** The positions of steps that have been undone. */
  readonly undone?: readonly number[];
}

/** An entry, and the process that is known to own it. */
export type Held = Pick<JournalEntry, 'id' | 'process'>;

/** A lock that another call holds. */
export interface TakenLock {
  /** In words. */
  readonly name: string;
  /** True if no process executes that call any more, and it could be neither undone nor completed. */
  readonly isAbandoned: boolean;
  /** True if that call can only be finished, by a task. */
  readonly isLeftToTask: boolean;
  /** Present if a task undoes the rest of that call: its entry. */
  readonly leftToUndo?: number;
}

/** Whose locks do not count. */
export interface Uncounted {
  /** An entry of the call itself. */
  readonly own?: number | undefined;
  /** True if what is left to a task does not count (`Change.unfinishedCalls`). */
  readonly passesLeft?: boolean | undefined;
}

/**
 * Where plans are recorded before they are executed. Only the store says who owns an entry, and every change of an entry
 * asks it in the same transaction. So a process that has lost an entry can no longer record or store anything in it.
 */
export interface Journal {
  /** Acquires the locks. @returns the entry's ID, or the first lock that another call holds, in words. */
  readonly open: (
    db: Db,
    plan: Plan,
    about: Pick<JournalEntry, 'process' | 'xid' | 'caller'>,
    uncounted?: Pick<Uncounted, 'passesLeft'>,
  ) => Promise<number | string>;
  /**
   * Adds a plan's steps and locks to an entry, after the steps that it has, and replaces its change and input.
   * @returns the first lock that another call holds, in words. Then nothing is added.
   * @throws ApiError `host_failed` if the process no longer owns the entry.
   */
  readonly extend: (db: Db, held: Held, plan: Plan) => Promise<string | undefined>;
  /** Returns the first of the locks that another call holds. */
  readonly findTaken: (
    db: Db,
    locks: readonly Lock[],
    uncounted?: Uncounted,
  ) => Promise<TakenLock | undefined>;
  readonly locksOf: (db: Db, id: number) => Promise<Lock[]>;
  /** Releases the other locks of the entry. @throws ApiError `host_failed` if the process no longer owns the entry. */
  readonly keepLocks: (db: Db, held: Held, locks: readonly Lock[]) => Promise<void>;
  /** @throws ApiError `host_failed` if the process no longer owns the entry. */
  readonly note: (db: Db, held: Held, progress: Progress) => Promise<void>;
  /** Deletes the entry and releases its locks. Returns false if the process does not own it, or it is deleted. */
  readonly close: (db: Db, held: Held) => Promise<boolean>;
  readonly list: (db: Db) => Promise<JournalEntry[]>;
  readonly find: (db: Db, id: number) => Promise<JournalEntry | undefined>;
  /** Gives the entry to the process `to`. @returns the entry as it is now. Undefined if `held` no longer owns it. */
  readonly claim: (db: Db, held: Held, to: string) => Promise<JournalEntry | undefined>;
  /**
   * Gives an entry that is left to a task to the process `to`, unless a later call holds one of its locks: what that call
   * found must be there until its end.
   * @returns the entry, or that lock in words. Undefined if `held` no longer owns it.
   */
  readonly claimLeft: (db: Db, held: Held, to: string) => Promise<JournalEntry | string | undefined>;
  /** Deletes the entries of others that are left to a task and concern nothing but what this one has locked. */
  readonly endLeft: (db: Db, held: Held) => Promise<void>;
  /** Leaves the entry without an owner. Does nothing if the process does not own it. */
  readonly release: (db: Db, held: Held) => Promise<void>;
}

/**
 * What a process remembers of entries beyond the journal. No ID is used twice, so an ID that is missing here only delays
 * the recovery of its plan until this process ends, and one too many refers to nothing.
 */
export interface OwnPlans {
  /**
   * Entries that this process has given up without being able to write that into the journal, because the store did not
   * respond. They may still have the name of this process there.
   */
  readonly givenUp: Set<number>;
  /** Entries that this process is undoing or completing after it took them over. */
  readonly inRecovery: Set<number>;
}

/** Identifies the processes of this program. */
export interface Processes {
  /** The name of this process. It is unique since the machine was started. */
  readonly own: () => string;
  readonly isAlive: (name: string) => boolean;
}
