// Work on the machine that is all or nothing: a plan of named steps, each of which remembers what it found, and what is
// stored in the end. A plan is plain data, so that another process, or a later version of the program, can undo or finish
// what was cut short. `execute-plan.ts` runs it.
import type { Db, Sealer } from './context.ts';
import type { Machine } from './machine.ts';
import type { Hash } from './values.ts';

/** What a step is given when it is applied. */
export interface StepWork<Input, Memento> {
  readonly input: Input;
  /** What `prepare` found. */
  readonly memento: Memento;
  /** What the caller handed in beside the input, such as a password. The journal does not have it. */
  readonly secret: string;
}

/**
 * A kind of step. Plans in the journal name it, so a released kind, its input and its memento keep their meaning in later
 * versions; what works differently gets a kind of its own.
 */
export interface Step<Input, Memento = undefined, Result = unknown> {
  /** By its file, `src/drivers/users/steps/create.ts`: `users/create`. */
  readonly kind: string;
  /** One sentence for a dry run. Absent for a step that only reads. */
  readonly describe?: (input: Input) => string;
  /** A dry run's further lines, such as a diff of files. */
  readonly preview?: (machine: Machine, input: Input) => Promise<string[]>;
  /**
   * Reads what is there now, and changes nothing. The journal has it before the step is applied. JSON.
   * @throws MachineError `changed` if the machine is no longer as the plan expects: the call is planned again.
   */
  readonly prepare?: (machine: Machine, input: Input) => Promise<Memento>;
  /** May be repeated. What it returns, as JSON, is there for `store` of the plan's change. */
  readonly apply: (machine: Machine, work: StepWork<Input, Memento>) => Promise<Result>;
  /** Takes it back, also where it was cut short or never begun. Absent where there is nothing to take back. */
  readonly undo?: (machine: Machine, work: Omit<StepWork<Input, Memento>, 'secret'>) => Promise<unknown>;
}

/** A kind of step with its types erased: what the engine works with. */
export type AnyStep = Omit<Step<never, never>, 'prepare'> & {
  readonly prepare?: (machine: Machine, input: never) => Promise<unknown>;
};

/** One step of a plan. */
export interface PlannedStep {
  readonly kind: string;
  /** JSON. */
  readonly input: unknown;
}

/** A kind of step that builds the planned ones. */
export type StepKind<Input, Memento = undefined, Result = unknown> = Step<Input, Memento, Result> & {
  readonly plan: (input: Input) => PlannedStep;
  /** What this kind of step returned, among the results of a plan; undefined if the plan has none of this kind. */
  readonly resultIn: (results: readonly StepResult[]) => Result | undefined;
};

export interface StepResult {
  readonly kind: string;
  readonly value: unknown;
}

/** The data of a call, once every step of its plan was applied. @throws ApiError if the call has failed all the same. */
export type PlanAnswer = (results: readonly StepResult[]) => Hash;

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

/** A lock on something that has a name: `account bob`, `domain bob.example`. Several may share a `shared` one. */
export interface Lock {
  readonly name: string;
  readonly mode: 'exclusive' | 'shared';
}

export const exclusive = (name: string): Lock => ({ name, mode: 'exclusive' });
export const shared = (name: string): Lock => ({ name, mode: 'shared' });

/** What an outcome may be stored by, beside the input. */
export interface Outcome {
  /** Of the plan's steps, in their order. */
  readonly results: readonly StepResult[];
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** How the outcome of a plan is stored. `Input` is JSON: another process may store it. */
export interface Change<Input = never> {
  /** Its file in `src/changes/`: `create-account`. */
  readonly kind: string;
  /** Stores the outcome, in one transaction, when every step was applied. */
  readonly store: (db: Db, input: Input, outcome: Outcome) => Promise<void>;
}

export type ChangeKind<Input> = Change<Input> & {
  readonly plan: (input: Input, work: PlannedWork) => Plan;
};

interface PlannedWork {
  readonly locks: readonly Lock[];
  readonly steps: readonly PlannedStep[];
  /** True where steps cannot be taken back, so that work that was cut short is finished instead. */
  readonly irreversible?: true;
  /** Handed to the steps, and stored nowhere. Steps that were cut short cannot be finished without it. */
  readonly secret?: string | undefined;
}

/** What a handler asks for, once it has checked everything. */
export interface Plan extends PlannedWork {
  readonly change: string;
  readonly input: unknown;
}

export function defineChange<Input>(change: Change<Input>): ChangeKind<Input> {
  return { ...change, plan: (input, work) => ({ change: change.kind, input, ...work }) };
}

/** A step as the journal has it. */
export interface JournaledStep extends PlannedStep {
  readonly state: 'planned' | 'begun' | 'done';
  readonly memento: unknown;
  readonly result: unknown;
}

/** A plan as the journal has it. */
export interface JournalEntry {
  readonly id: number;
  /** Of the change that stores the outcome. */
  readonly kind: string;
  readonly input: unknown;
  readonly steps: readonly JournaledStep[];
  readonly irreversible: boolean;
  /** True where it cannot be finished, because it takes a secret that nobody has any more: only the outcome is stored. */
  readonly needsSecret: boolean;
  /** How many of its steps were begun, of an operation from before the journal had steps. Otherwise 0. */
  readonly begunBefore: number;
  /** The process that is at it; empty where none is. */
  readonly process: string;
  readonly xid: string;
  readonly caller: string;
}

/** A step that was applied, and the next one, which is about to be. Positions count from 0. */
export interface Progress {
  readonly done?: { readonly position: number; readonly result: unknown };
  readonly begun?: { readonly position: number; readonly memento: unknown };
}

/** Where plans are written down before they are executed. */
export interface Journal {
  /** Takes the locks. @returns the entry's id, or the first lock that somebody else has, in words. */
  readonly open: (
    db: Db,
    plan: Plan,
    about: Pick<JournalEntry, 'process' | 'xid' | 'caller'>,
  ) => Promise<number | string>;
  /** The first of the locks that somebody else has, in words. */
  readonly findTaken: (db: Db, locks: readonly Lock[]) => Promise<string | undefined>;
  readonly note: (db: Db, id: number, progress: Progress) => Promise<void>;
  /** Ends it and gives the locks back. False where somebody else has ended it. */
  readonly close: (db: Db, id: number) => Promise<boolean>;
  readonly list: (db: Db) => Promise<JournalEntry[]>;
  /** Hands it from one process to another; false where it was somebody else's by now. */
  readonly pass: (db: Db, id: number, from: string, to: string) => Promise<boolean>;
}

/** How processes know of each other. */
export interface Processes {
  /** This one: a name that no other has had since the machine was started. */
  readonly own: () => string;
  readonly isAlive: (name: string) => boolean;
}
