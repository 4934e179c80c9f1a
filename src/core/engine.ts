// The engine's dependencies: the store, the machine, the clock, randomness and the logs. `app.ts` builds them.
import type { AuditKind, AuditRecord } from './audit.ts';
import type {
  AccountApi,
  Call,
  Caller,
  Db,
  IndexRow,
  Origin,
  OwnedLogin,
  PasswordStrength,
  Sealer,
  SecurityAdvice,
} from './context.ts';
import type { Envelope } from './envelope.ts';
import type { LongList } from './long-list.ts';
import type { Machine } from './machine.ts';
import type { AnyFunction } from './define.ts';
import type { Absent } from './errors.ts';
import type { CallHooks, HookedCall } from './hooks.ts';
import type { CallPeer } from './peer.ts';
import type { Change, Journal, JournalEntry, OwnPlans, Processes, AnyStep } from './plan.ts';
import type { NewTask, TaskLogPiece } from './task.ts';

/** The result of a transaction's work, and whether to commit its changes. */
export interface Work<T> {
  readonly value: T;
  readonly keep: boolean;
}

/** Begins transactions. Inside a transaction, `transaction` creates a savepoint. */
export interface Store {
  /** Commits or rolls back the changes of `work`. An error in `work` rolls them back. */
  transaction<T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>): Promise<T>;
}

/** What another process has made of a call. */
export interface MadeBeside {
  readonly envelope: Omit<Envelope, 'longList'>;
  readonly longList?: LongList;
}

/** The engine's dependencies, built by `app.ts`. */
export interface Engine {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly machine: Machine;
  readonly version: string;
  readonly callPeer: CallPeer;
  /** True for the calls of a batch whose outermost transaction will be rolled back. */
  readonly insideDryRun?: boolean;
  readonly find: (command: string) => Promise<AnyFunction | undefined>;
  /** A function that only this program itself calls. */
  readonly findOwn: (command: string) => Promise<AnyFunction | undefined>;
  /** A documented function that this program does not provide. Undefined if there is none of this name. */
  readonly known: (command: string) => Promise<Absent | undefined>;
  /** What replaces `find` and `known` for calls of UAPI and API 2. */
  readonly accountApis: Readonly<Record<AccountApi, Pick<Engine, 'find' | 'known'>>>;
  /** True if an account may use a feature, by its package and its feature list. */
  readonly hasFeature: (db: Db, username: string, feature: string) => Promise<boolean>;
  /** Loads the code that stores the outcome of a kind of plan. */
  readonly change: (kind: string) => Promise<Change | undefined>;
  /** A kind of step. */
  readonly step: (kind: string) => Promise<AnyStep | undefined>;
  /** Adds the steps to an entry of an earlier version, which has none. */
  readonly withSteps: (entry: JournalEntry) => Promise<JournalEntry>;
  readonly journal: Journal;
  /** True if a function can have script hooks. */
  readonly isHookable: (name: string) => boolean;
  /** True if any script hook is enabled. */
  readonly areHooksEnabled: (db: Db) => Promise<boolean>;
  /** The enabled script hooks of a call. Undefined if there are none. */
  readonly findHooks: (db: Db, call: HookedCall, engine: Engine) => Promise<CallHooks | undefined>;
  /** The roles that this server has, such as `DNS`. */
  readonly rolesOf: (db: Db) => Promise<ReadonlySet<string>>;
  /** Adds a task to the queue in the transaction `db`. @returns its ID. */
  readonly addTask: (db: Db, task: NewTask, now: number) => Promise<number>;
  /** The same, unless a task of this kind with this input is waiting or running. @returns the ID of the one or the other. */
  readonly ensureTask: (db: Db, task: NewTask, now: number) => Promise<number>;
  /** Reads the log of a task of this server from a position on, in bytes. Undefined if there is no such log. */
  readonly taskLog: (id: number, offset: number) => Promise<TaskLogPiece | undefined>;
  readonly processes: Processes;
  readonly ownPlans: OwnPlans;
  readonly functions: () => Promise<Readonly<Record<string, IndexRow>>>;
  /** Checks the security of this server. */
  readonly securityAdvice: () => Promise<readonly SecurityAdvice[]>;
  /** Does work after a call (`FreeContext.later`), or beside it. Undefined in a process that ends with its call. */
  readonly later?: ((name: string, work: () => Promise<void>) => void) | undefined;
  /** `FreeContext.makeAhead`: like `later`, and also for calls of commands. */
  readonly makeAhead?: ((name: string, work: () => Promise<void>) => void) | undefined;
  /**
   * Makes a call that only reads, in another process, so that no other call waits for it. Undefined if this process
   * makes it, also because the store is small, unless it `isLong` for another reason. Absent in a process that makes one
   * call.
   */
  readonly beside?:
    ((call: Call, caller: Caller, isLong: boolean) => Promise<MadeBeside | undefined>) | undefined;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Resolves after other pending events have had their turn. */
  readonly letOthersRun: () => Promise<void>;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
  readonly passwordStrength: PasswordStrength;
  /**
   * Asserts that a parameter is the user’s password. A wrong one counts as a failed login of the user and of the client,
   * even if the call is a dry run.
   * @throws ApiError `bad_param`
   */
  readonly assertPassword: (
    given: {
      readonly user: string;
      readonly param: string;
      readonly password: string;
      readonly origin: Origin | undefined;
      /** Default: the one of the user. */
      readonly login?: OwnedLogin | undefined;
    },
    engine: Engine,
  ) => Promise<void>;
  /** A random token that links a response to its lines in the logs. */
  readonly newXid: () => string;
  /**
   * Writes a line to the audit log, within the transaction `db` if there is one. @throws ApiError `store_unavailable`
   * if the line could not be written.
   */
  readonly audit: (record: AuditRecord, kind: AuditKind, db?: Db) => Promise<void>;
  /** A sentence for administrators if the disk of the state directory is nearly full. */
  readonly spaceWarning?: () => string | undefined;
  /**
   * Does work for which space is reserved on the disk of the store.
   * @param isLate the space is released by `releaseReserve` only.
   */
  readonly withReserve?: <T>(work: () => Promise<T>, isLate?: boolean) => Promise<T>;
  /** For a late `withReserve`: releases the space now. */
  readonly releaseReserve?: () => Promise<void>;
  /** Records the details of an unexpected error. Returns a sentence that says where. */
  readonly logUnexpected: (xid: string, command: string, error: unknown) => string;
}

// Stores that restrict a function to its declared effect.

/** The store for functions whose effect is `none` or `looks`. */
export const noStore: Store = {
  transaction: () =>
    Promise.reject(new TypeError('A function whose effect is “none” or “looks” used the store.')),
};

/** Returns the store for `look`, which can only read, unless it may store what it measured. */
export function storeOfLook(store: Store, mayStore: boolean): Store {
  if (mayStore) return store;
  return {
    transaction: async (effect, work) => {
      if (effect !== 'reads') throw new TypeError('A look only reads.');
      return store.transaction(effect, work);
    },
  };
}
