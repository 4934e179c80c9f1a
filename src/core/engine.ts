// What calls are run with: the store, the machine, the clock, randomness, the logs. `app.ts` builds it.
import type { AuditRecord } from './audit.ts';
import type { Context, Db, FreeContext, IndexRow, PasswordStrength, Sealer } from './context.ts';
import type { Machine } from './machine.ts';
import type { AnyFunction } from './define.ts';
import type { Change, Journal, JournalEntry, Processes, AnyStep } from './plan.ts';
import type { NewTask } from './task.ts';

/** What a transaction's work hands back: its result, and whether what it wrote is to be kept. */
export interface Work<T> {
  readonly value: T;
  readonly keep: boolean;
}

/** Where transactions begin. Inside one, `transaction` marks a savepoint. */
export interface Store {
  /** Keeps or takes back what `work` wrote; an error that leaves `work` takes it back. */
  transaction<T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>): Promise<T>;
}

/** What the engine works with; `app.ts` builds it. */
export interface Engine {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly machine: Machine;
  readonly version: string;
  /** True for the calls of a batch whose outermost transaction is going to be taken back. */
  readonly insideDryRun?: boolean;
  readonly find: (command: string) => Promise<AnyFunction | undefined>;
  /** The family of a function that WHM has and this program does not provide. */
  readonly known: (command: string) => Promise<string | undefined>;
  /** How the outcome of a kind of plan is stored. */
  readonly change: (kind: string) => Promise<Change | undefined>;
  /** A kind of step. */
  readonly step: (kind: string) => Promise<AnyStep | undefined>;
  /** The entry with its steps, for one that an earlier version left without them. */
  readonly withSteps: (entry: JournalEntry) => Promise<JournalEntry>;
  readonly journal: Journal;
  /** The roles that this server has, such as `DNS`. */
  readonly rolesOf: (db: Db) => Promise<ReadonlySet<string>>;
  /** Adds a task to the queue, together with what the transaction `db` keeps. @returns its id. */
  readonly addTask: (db: Db, task: NewTask, now: number) => Promise<number>;
  readonly processes: Processes;
  readonly functions: () => Promise<Readonly<Record<string, IndexRow>>>;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Goes on when whatever else has come in meanwhile had its turn. */
  readonly letOthersRun: () => Promise<void>;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
  readonly passwordStrength: PasswordStrength;
  /** A random token that ties an answer to its lines in the logs. */
  readonly newXid: () => string;
  /**
   * Keeps a line of the audit log, together with what the transaction `db` keeps, where there is one.
   * @throws ApiError `store_unavailable` when the line could not be written.
   */
  readonly audit: (record: AuditRecord, durable: boolean, db?: Db) => Promise<void>;
  /** A sentence if the disk of the state directory is nearly full, for whoever administers this server. */
  readonly spaceWarning?: () => string | undefined;
  /** Keeps the details of an unexpected error; returns where they stand, in words. */
  readonly logUnexpected: (xid: string, command: string, error: unknown) => string;
  /** Puts itself between a handler and what it is given, for whoever has to know what a call uses. */
  readonly watch?: <C extends Context | FreeContext>(context: C) => C;
}
