// What a handler is given: everything outside itself comes through here, so that a test can give something else.
import type { AnyFunction } from './define.ts';
import type { Dialect } from './dialect.ts';
import type { Envelope } from './envelope.ts';
import type { Machine } from './machine.ts';
import type { MetaArguments } from './meta-arguments.ts';
import type { Plan, PlanAnswer } from './plan.ts';
import type { Counts } from './shape.ts';
import type { Json } from './values.ts';

/** Who calls. `root` holds every privilege. */
export interface Caller {
  readonly user: string;
  /** `all` of them, or these: a token of root's with a list of privileges does not hold all. */
  readonly privileges: 'all' | ReadonlySet<string>;
  /** True for one who sees the accounts of everybody without holding every privilege (`access.ts`). */
  readonly seesAll?: true;
  /** True for an API token that was given less than its user holds. */
  readonly isLimited?: true;
  /** True for a session that must be confirmed before it changes how its own user logs in (`acting-as.ts`). */
  readonly mustConfirm?: true;
}

export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * The database as models see it. Statements are prepared once; values are bound, never pasted into SQL.
 * Asynchronous, though SQLite answers at once, so that a database across the network fits as well.
 */
export interface Db {
  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined>;
  all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  /** How many rows it changed. */
  run(sql: string, ...values: SqlValue[]): Promise<number>;
  readonly dialect: Dialect;
  /** The name of this server, which rows about this machine carry; empty where no other server shares the store. */
  readonly server: string;
}

/** Seals secrets for storage and opens them (AES-256-GCM): a copied database alone gives nothing away. */
export interface Sealer {
  /**
   * `purpose` is bound to the result: it opens only under the same purpose. `earlier` is anything that was sealed
   * before and is still stored: one key seals all. Without it, a new key is made where there is none.
   * @throws ApiError `key_lost` when there is no key, or another than the one that sealed `earlier`.
   */
  seal(text: string, purpose: string, earlier: Uint8Array | undefined): Promise<Uint8Array>;
  /** @throws ApiError `key_lost` when the key is missing or is another one. */
  open(sealed: Uint8Array, purpose: string): Promise<string>;
}

/** One call as it came in, before it is read by the function's description. */
export interface Call {
  readonly command: string;
  readonly args: readonly RawArgument[];
  /** Everything is checked and run, nothing is kept. */
  readonly dryRun: boolean;
  /** From where it came and what proved who calls, for the audit log; absent on the local command line. */
  readonly origin?: Origin;
  /** True once the client has closed the connection, so that nobody waits for the answer. Absent if that cannot be known. */
  readonly isAbandoned?: () => boolean;
  /** What whoever brought the call has to say of how it came, for `metadata.output.warnings`. */
  readonly warnings?: readonly string[];
}

export interface Origin {
  readonly address: string;
  /** `token NAME`, `password`, `session`, `access hash`. */
  readonly authentication: string;
}

export interface RawArgument {
  readonly name: string;
  readonly value: Json;
}

/** One row of the generated index of functions. */
export interface IndexRow {
  readonly family: string;
  readonly summary: string;
  readonly access: AnyFunction['access'];
}

export type PasswordStrength = (candidate: string, known: readonly string[]) => Promise<number>;

/** What every handler is given, whatever it does with the store. */
interface CallContext {
  readonly caller: Caller;
  /** Absent on the local command line. */
  readonly origin: Origin | undefined;
  readonly sealer: Sealer;
  /** What the kernel tells at once. */
  readonly system: Machine['system'];
  /** True once nobody waits for the answer any more: a call of many steps can end early. */
  readonly isAbandoned: () => boolean;
  /** True where nothing of what the call does is kept. */
  readonly isDryRun: boolean;
  /** The program's own version. */
  readonly version: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  /** The SHA-256 of a text in UTF-8. */
  readonly sha256: (text: string) => Promise<Uint8Array>;
  /**
   * 0 to 100: how hard a password is to guess for an attacker who knows the words `known`, such as the user’s name.
   * @throws ApiError `busy` if the server could not judge it in time.
   */
  readonly passwordStrength: PasswordStrength;
  /** Adds a sentence to `metadata.output.warnings`: the call works, and this is worth knowing. */
  readonly warn: (sentence: string) => void;
  /** Adds a sentence to `metadata.output.messages`: something happened, or was so already, as the caller may want to know. */
  readonly inform: (sentence: string) => void;
  /** What `metadata.output.raw` says if the call succeeds: a report that people read, a fact a line. */
  readonly raw: (text: string) => void;
  /** What `metadata.reason` says in the place of “OK” when the call works. */
  readonly reason: (sentence: string) => void;
  /** What the call asks of the answer's list (`api.*`); undefined where it asks for nothing. */
  readonly asked: MetaArguments | undefined;
  /**
   * Says that the answer's list is filtered, sorted and paged already, exactly as `shape.ts` would. The engine still
   * checks the fields that `asked` names, and picks its columns.
   */
  readonly answered: (counts: Counts) => void;
  /**
   * Adds a task (`src/tasks/`, by its file's name) to the queue of this server, within the transaction of the call: if the
   * call fails or is a dry run, it is never begun. Only for a function that `changes` or `calls`, or that `operates` and
   * plans nothing; a change on the machine adds its tasks where it stores its outcome (`model/tasks/queue.ts`). `input` is
   * JSON without secrets.
   * @returns its id, which `metadata.task` shows too.
   */
  readonly startTask: (kind: string, input: unknown) => Promise<number>;
  /** All functions of this program. */
  readonly functions: () => Promise<Readonly<Record<string, IndexRow>>>;
}

/**
 * Within a transaction, for a function that `reads`, `changes` or `operates`. The machine is not in it: nobody waits for a
 * machine while a transaction is open. What the handler has to know of the machine, `look` reads before.
 */
export interface Context extends CallContext {
  readonly db: Db;
  /**
   * Plans work on the machine (`src/changes/`), which is executed when the handler has returned. Only for a function that
   * `operates`, once. What the handler wrote to the store is then not kept: the change stores the outcome. `answer` makes
   * the call's data from what the steps returned, in place of what the handler returns, which a dry run still answers. If it
   * throws, everything is taken back.
   */
  readonly plan: (plan: Plan, answer?: PlanAnswer) => void;
}

/** Outside of any transaction: for a function whose effect is `none` or `calls`, and for `look`. */
export interface FreeContext extends CallContext {
  readonly machine: Machine;
  /** A transaction of its own. Not for a function whose effect is `none`; `look` only reads. */
  readonly transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>;
  /** Runs another call as the same caller, for a function that `calls`. */
  readonly call: (call: Pick<Call, 'command' | 'args'>) => Promise<Envelope>;
}
