// Work on the machine that is all or nothing: steps, each with what takes it back, and what is stored in the end.
// `operate.ts` runs them, and keeps a journal so that what was cut short is undone or finished at the next start.
import type { Db, Sealer } from './context.ts';
import type { Machine } from './machine.ts';

export interface Step {
  /** What it does, as a dry run tells it: “Make the user “bob” with the home “/home/bob”.” */
  readonly says: string;
  /** `secret` is what the caller handed in beside the input; the journal does not have it. */
  readonly run: (machine: Machine, secret: string) => Promise<unknown>;
  /** Takes it back, also where it was cut short, or never begun. Without it there is nothing to take back. */
  readonly undo?: (machine: Machine) => Promise<unknown>;
}

/** What an outcome may be stored by, beside the input. */
export interface World {
  readonly machine: Machine;
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** `Input` is all that an operation works by: JSON, so that it can be gone on with by another process. */
export interface Operation<Input = never> {
  /** Names what nobody else may work on meanwhile: `account bob`, `domain bob.example`. */
  readonly claims: (input: Input) => readonly string[];
  /** Always the same for the same input. */
  readonly steps: (input: Input) => readonly Step[];
  /** Stores the outcome, in one transaction, when every step was done. */
  readonly finish: (db: Db, input: Input, world: World) => Promise<void>;
  /** True where steps cannot be taken back, so that work that was cut short is gone on with instead. */
  readonly onlyForward?: true;
  /** True where that cannot be done, because the secret is gone: then only the outcome is stored. */
  readonly needsSecret?: true;
}

/** Ties an operation to the type of its input. The file's name is its name in the journal. */
export function defineOperation<Input>(operation: Operation<Input>): Operation<Input> {
  return operation;
}

/** What a handler asked for: the operation `kind`, by its file's name. */
export interface Planned {
  readonly kind: string;
  readonly input: unknown;
  readonly secret: string;
}

/** An operation as the journal has it. */
export interface JournalEntry {
  readonly id: number;
  readonly kind: string;
  readonly input: unknown;
  /** How many of its steps were begun. */
  readonly begun: number;
  /** The process that is at it; empty where none is. */
  readonly process: string;
  readonly xid: string;
  readonly caller: string;
}

/** Where operations are written down before they are begun. */
export interface Journal {
  /** @returns its number, or the first of the claims that another operation has. */
  readonly open: (
    db: Db,
    entry: Omit<JournalEntry, 'id' | 'begun'>,
    claims: readonly string[],
  ) => Promise<number | string>;
  readonly setBegun: (db: Db, id: number, begun: number) => Promise<void>;
  /** Ends it: nothing is left to do. False where somebody else has ended it. */
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
