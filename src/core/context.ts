// The context of a handler. All its dependencies come from here, so that tests can replace them.
import type { AuditKind } from './audit.ts';
import type { AnyFunction } from './define.ts';
import type { Dialect } from './dialect.ts';
import type { Envelope } from './envelope.ts';
import type { ErrorCode } from './errors.ts';
import type { LongList } from './long-list.ts';
import type { Machine } from './machine.ts';
import type { MetaArguments } from './meta-arguments.ts';
import type { CallPeer } from './peer.ts';
import type { Plan, PlanAnswer } from './plan.ts';
import type { Counts } from './shape.ts';
import type { TaskLogPiece } from './task.ts';
import type { Hash, Json } from './values.ts';

/** The caller. `root` has every privilege. */
export interface Caller {
  readonly user: string;
  /** `all`, or a list. A token of root with a list of privileges does not have `all`. */
  readonly privileges: 'all' | ReadonlySet<string>;
  /** True if the caller sees all accounts without having every privilege (`access.ts`). */
  readonly seesAll?: true;
  /** True for an API token with fewer privileges than its user. */
  readonly isLimited?: true;
  /** True for a session that requires confirmation before it changes how its own user logs in (`acting-as.ts`). */
  readonly mustConfirm?: true;
  /** True for an account that calls UAPI or API 2. It acts on itself and sees no other account. */
  readonly isAccount?: true;
  /** True for an API token that only calls functions that change nothing. */
  readonly isReadOnly?: true;
  /** True for an API token of an account. */
  readonly isToken?: true;
  /** SHA-256 of the cookie of the caller’s session, in hexadecimal. Absent without a session. */
  readonly session?: string;
  /** The login that acts as `user`, for the audit log. Absent if the user acts itself. */
  readonly actor?: string;
}

export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * The database as models see it. Statements are prepared once. Values are bound, never inserted into SQL. The interface
 * is asynchronous because some databases are on another server.
 */
export interface Db {
  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined>;
  all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  /** Returns the number of changed rows. */
  run(sql: string, ...values: SqlValue[]): Promise<number>;
  /**
   * Keeps the state that this transaction sees until the returned reading is closed, also after the transaction.
   * Absent if the database cannot do that, or the transaction can change something.
   */
  readonly keepReading?: () => KeptReading;
  /**
   * Lets SQL call a test of texts, as `passes_test(number, text)`, until the transaction and its reading end. Returns its
   * number. Absent if the database cannot call this process.
   */
  readonly addTest?: (test: (text: string) => boolean) => number;
  readonly dialect: Dialect;
  /** The name of this server, for rows about this machine. Empty if no other server shares the store. */
  readonly server: string;
}

/** Reads the state of the store as a transaction saw it. */
export interface KeptReading {
  /** The first row, or undefined. */
  get(sql: string, ...values: SqlValue[]): unknown;
  all(sql: string, ...values: SqlValue[]): unknown[];
  close(): void;
}

/**
 * Encrypts secrets for storage and decrypts them (AES-256-GCM), so that a copy of the database does not reveal them.
 */
export interface Sealer {
  /**
   * Encrypts a text. `purpose` is bound to the result: decryption requires the same purpose. `earlier` is any encrypted
   * value in the store, because one key encrypts all of them. If `earlier` is undefined, a missing key is created.
   * @throws ApiError `key_lost` if there is no key, or it did not encrypt `earlier`.
   */
  seal(text: string, purpose: string, earlier: Uint8Array | undefined): Promise<Uint8Array>;
  /** @throws ApiError `key_lost` if the key is missing or does not match. */
  open(sealed: Uint8Array, purpose: string): Promise<string>;
  /** Returns what decrypts many secrets like `open`. It reads a key once. */
  opener(): Promise<(sealed: Uint8Array, purpose: string) => string>;
}

/** One call as received, before its arguments are read. */
export interface Call {
  readonly command: string;
  /** The API of accounts that has the function. Absent for WHM's. */
  readonly api?: AccountApi | undefined;
  readonly args: readonly RawArgument[];
  /** Validate and run the call without saving any changes. */
  readonly dryRun: boolean;
  /** The client's address and the method of authentication, for the audit log. Absent on the local command line. */
  readonly origin?: Origin | undefined;
  /** True once the client has closed the connection. Absent if this cannot be known. */
  readonly isAbandoned?: (() => boolean) | undefined;
  /** True if work on the machine that is not complete when the client closes the connection is undone. */
  readonly endsIfAbandoned?: true;
  /** Warnings about how the call was sent, for `metadata.output.warnings`. */
  readonly warnings?: readonly string[];
  /** The files that came with the call. Absent if it came in a way that has no files. */
  readonly uploads?: readonly Upload[];
  /**
   * Throws if what the call is based on no longer holds. Called in the transaction in which the call reads and plans, so
   * nothing can change it in between.
   */
  readonly assertCurrent?: (db: Db) => Promise<void>;
  /** True if whoever makes the call reads a long list while it writes the response (`Envelope.longList`). */
  readonly readsLongLists?: boolean;
  /** The call that makes this one. Absent if nothing but the client does. */
  readonly outer?: OuterCall;
}

/** A function with its arguments. */
export type FunctionCall = Pick<Call, 'command' | 'args'>;

/** A call, as another one sees it that it makes. */
export interface OuterCall {
  /** Learns as what the audit log records the other call. */
  readonly noteKind: (kind: AuditKind) => void;
}

/** A file that came with a call, in the order of their arrival. */
export interface Upload {
  /** The name that the client gave the file, without directories. */
  readonly name: string;
  /** The path of its content in the home of the account. The server removes what is still there after the call. */
  readonly draft: string;
  /** In bytes. */
  readonly size: number;
  /** Why the content was not received. Then there is no draft. */
  readonly problem?: string;
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

/** A finding about the security of this server (`src/doctor/`). */
export interface SecurityAdvice {
  /** The check, in WHM’s style: `SSH`. */
  readonly module: string;
  /** The finding, for scripts: `SSH_direct_root_login_permitted`. */
  readonly key: string;
  readonly severity: 'ok' | 'note' | 'warning' | 'problem';
  /** One plain sentence. */
  readonly message: string;
  /** The command that fixes it, for a POSIX shell. */
  readonly command: string | undefined;
}

export type PasswordStrength = (candidate: string, known: readonly string[]) => Promise<number>;

/** The context of every handler, regardless of its effect. */
interface CallContext {
  readonly caller: Caller;
  /** Absent on the local command line. */
  readonly origin: Origin | undefined;
  readonly sealer: Sealer;
  /** Facts that the kernel returns immediately. */
  readonly system: Machine['system'];
  /** True once the client has disconnected, so that a call of many steps can end early. */
  readonly isAbandoned: () => boolean;
  /** True in a dry run. */
  readonly isDryRun: boolean;
  /** The program's own version. */
  readonly version: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  /** The SHA-256 of a text in UTF-8. */
  readonly sha256: (text: string) => Promise<Uint8Array>;
  /**
   * The strength of a password from 0 to 100, against an attacker who knows the words `known`, such as the username.
   * @throws ApiError `busy` if the server could not rate it in time.
   */
  readonly passwordStrength: PasswordStrength;
  /** Adds a sentence to `metadata.output.warnings`: the call succeeds, but the caller should know this. */
  readonly warn: (sentence: string) => void;
  /** Adds a sentence to `metadata.output.messages`: information about what the call did or found. */
  readonly inform: (sentence: string) => void;
  /** Sets `metadata.output.raw` for a successful call: a report for people, with one fact per line. */
  readonly raw: (text: string) => void;
  /** Sets `metadata.reason` for a successful call. Default: “OK”. */
  readonly reason: (sentence: string) => void;
  /** Adds a block to the metadata of a UAPI response, such as `LangPHP`. */
  readonly addMetadata: (block: Hash) => void;
  /** The call's options for the list in the response (`api.*`). Undefined if there are none. */
  readonly listQuery: MetaArguments | undefined;
  /**
   * Reports that the list is already filtered, sorted and paged, exactly as `shape.ts` would do it. The engine still
   * checks the field names and selects the columns.
   */
  readonly reportCounts: (counts: Counts) => void;
  /**
   * Leaves the list or map of the response to be read while the response is written. The handler then returns an empty
   * one. Undefined if the call needs the whole response.
   */
  readonly reportLongList: ((list: LongList) => void) | undefined;
  /**
   * Adds a task to the queue of this server. `kind` is the name of a file in `tasks/` of a capability. The task is added in the
   * transaction of the call: if the call fails or is a dry run, the task never starts. Only for functions that
   * `changes` or `calls`, or that `operates` without a plan. A change on the machine adds tasks when it stores its
   * outcome (`ground/rules/tasks/queue.ts`). `input` is JSON without secrets.
   * @returns the task's ID, which is also in `metadata.task`.
   */
  readonly startTask: (kind: string, input: unknown) => Promise<number>;
  /** Checks the security of this server, which takes seconds. Only for functions without a transaction. */
  readonly securityAdvice: () => Promise<readonly SecurityAdvice[]>;
  /** All functions of this program. */
  readonly functions: () => Promise<Readonly<Record<string, IndexRow>>>;
}

/**
 * The context in a transaction, for functions that `reads`, `changes` or `operates`. It has no machine, because a
 * transaction must not wait for a machine. If the handler needs facts about the machine, `look` reads them beforehand.
 */
export interface Context extends CallContext {
  readonly db: Db;
  /**
   * Plans work on the machine (`plans/` of a capability), which is executed after the handler returns. Only for functions that
   * `operates`, once per call. The handler's own writes to the store are not kept: the change stores the outcome.
   * `answer` builds the call's data from the results of the steps. In a dry run, there are no results, so the handler's
   * return value is used instead. If `answer` throws, everything is undone.
   */
  readonly plan: (plan: Plan, answer?: PlanAnswer) => void;
}

/** A login that an account owns, such as the one of a mailbox. */
export interface OwnedLogin {
  readonly name: string;
  readonly check: () => Promise<boolean>;
}

/** The store, and what decrypts its secrets. */
export type SealedStore = Pick<Context, 'db' | 'sealer'>;
/** The store, and who reads or changes it. */
export type CallerStore = Pick<Context, 'db' | 'caller'>;
/** The store, and the time. */
export type DatedStore = Pick<Context, 'db' | 'now'>;

/** The context outside transactions: for functions whose effect is `none` or `calls`, and for `look`. */
export interface FreeContext extends CallContext {
  readonly machine: Machine;
  /** Runs a separate transaction. Not for functions whose effect is `none`. In `look`, it can only read (`dispatch.ts`). */
  readonly transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>;
  /**
   * Reads the log of a task of this server from a position on, in bytes. Undefined if there is no such log.
   */
  readonly taskLog: (id: number, offset: number) => Promise<TaskLogPiece | undefined>;
  /** The files that came with the call. Undefined if it came in a way that has no files. */
  readonly uploads: readonly Upload[] | undefined;
  /**
   * Asserts that a parameter is the present password of the account that calls, or of another login that it owns. A wrong
   * password counts as a failed login. Only for `look`.
   * @throws ApiError `bad_param`
   */
  readonly assertOwnPassword: (param: string, password: string, login?: OwnedLogin) => Promise<void>;
  /** Makes a call on another server. */
  readonly callPeer: CallPeer;
  /** Runs another call as the same caller. For functions that `calls`. */
  readonly call: (call: FunctionCall) => Promise<Envelope>;
  /**
   * Runs a function of UAPI or API 2 as an account. The caller of the present call must be allowed to act for the
   * account. `command` is `Module::function`. For functions that `calls`.
   */
  readonly callAsAccount: (username: string, api: AccountApi, call: FunctionCall) => Promise<Envelope>;
  /**
   * Does this work after the call, if the process stays and the call is no dry run; otherwise undefined. Work of a name
   * that already waits or runs is not added. An error of the work is logged, except those of the machine.
   */
  readonly later: ((name: string, work: () => Promise<void>) => void) | undefined;
  /**
   * Makes something that later calls need, beside them, if the process stays and the call is no dry run; otherwise
   * undefined. The response does not depend on it.
   */
  readonly makeAhead: ((name: string, work: () => Promise<void>) => void) | undefined;
  /**
   * In `look`: has another process make the call from its beginning if this one is a server and `count` things, such as
   * files, are too many to be read between other calls.
   */
  readonly leaveIfLong: (count: number) => void;
  /** Reports that the function that this call has made failed: a shell gets the exit status of that error. */
  readonly innerError: (code: ErrorCode) => void;
}

/** An API whose functions act inside an account. */
export type AccountApi = 'uapi' | 'api2';
