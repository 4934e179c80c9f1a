// The types of function descriptions, and `defineFunction`, which combines a description with its handler. A
// description is plain data from which arguments, help, man pages, access and the index are derived.
import type { Context, FreeContext, RawArgument } from './context.ts';
import type { ErrorCode } from './errors.ts';
import type { Hash, Json, Value } from './values.ts';

/**
 * The kinds of names in the store. `login`: root or a reseller. `user`: root or an account. `task`: the ID of a task.
 */
export type NameKind = 'account' | 'domain' | 'package' | 'reseller' | 'login' | 'user' | 'task';

/** One parameter of a function. */
export interface Param {
  readonly type: 'string' | 'integer' | 'flag' | 'json';
  /** Its purpose, in one or two sentences. */
  readonly doc: string;
  /** Other names of the parameter. Arguments with these names are accepted as well. */
  readonly alias?: readonly [string, ...string[]];
  readonly required?: true;
  readonly default?: string | number;
  /** The only accepted values. */
  readonly values?: readonly string[];
  /** A pattern for the whole value, and its meaning in words ("six digits"). */
  readonly pattern?: { readonly matches: RegExp; readonly expects: string };
  readonly min?: number;
  readonly max?: number;
  /** The maximum number of characters of a string. Default: 4,096. */
  readonly maxLength?: number;
  /** True for case-insensitive names: the value is converted to lower case. */
  readonly lowerCase?: true;
  /** True if a string can contain line breaks and tabs. */
  readonly multiline?: true;
  /** The kind of existing objects that its values name. Completion offers these names. */
  readonly completes?: NameKind;
  /** Repeatable: `user=a user=b`, or numbered: `user-1=a user-2=b`. */
  readonly list?: true;
  /** Never shown, logged or quoted. */
  readonly sensitive?: true;
  /** Masked in the audit log if the value of another parameter matches. */
  readonly sensitiveIf?: { readonly param: string; readonly matches: RegExp };
  /**
   * True if a call that does more than read acts on the account in this parameter. A limited API token may not name its
   * owner here (`access.ts`).
   */
  readonly actsOn?: boolean;
  /** True if WHM does not have the parameter. */
  readonly extension?: true;
  /**
   * For parameters that are accepted but have no effect on this server, so that scripts keep working: the reason, as a
   * sentence.
   */
  readonly noEffectReason?: string;
}

/**
 * All other arguments, as one hash (such as USER of a JSON body `{USER: {...}}`). A text is read as JSON if the type is
 * `json`, and stays a text if it is `string`.
 */
export interface Rest {
  readonly type: 'json' | 'string';
  readonly key: string;
  readonly doc: string;
  readonly sensitive?: true;
}

/** A field of a response. */
export type Field = {
  readonly doc?: string;
  readonly optional?: true;
  /** True for a secret of the caller, such as a private key. A read-only API token may not call the function. */
  readonly secret?: true;
} & (
  | { readonly type: 'string' | 'string|null' | 'integer' | 'number' | 'flag' | 'any' }
  /** An `otpauth://` URI. A terminal also shows it as a QR code. */
  | { readonly type: 'otpauth' }
  | { readonly list: Field }
  | { readonly fields: Fields }
  | MapField
);
/** A hash keyed by something the caller knows: a user, a domain. */
export interface MapField {
  readonly map: Field;
  /** What the keys are, as a word: `USER`. */
  readonly keys: string;
}
export type Fields = Readonly<Record<string, Field>>;

export interface Example {
  readonly args: Readonly<Record<string, string | readonly string[]>>;
  /** JSON for standard input (`--input=json`), for functions that take a body. */
  readonly input?: Json;
  readonly doc: string;
  /** Calls that create what the example needs. They run only when the example is tested, and are not shown. */
  readonly setUp?: readonly SetUp[];
  /**
   * How the example fails in a test, if it cannot work unchanged because it contains a value that is generated each
   * time.
   */
  readonly fails?: ErrorCode;
}

/**
 * A rule on several parameters. `at least`: one or more of them is required. `exactly`: only one of them is allowed.
 */
export interface OneOf {
  readonly count: 'at least' | 'exactly';
  readonly of: readonly [string, string, ...string[]];
}

/** A function, whose first example is called, or another call. `Module::name` is a function of the account “bob”. */
export type SetUp = string | SetUpCall;

export interface SetUpCall {
  readonly command: string;
  readonly args: Example['args'];
}

/**
 * What a function does with the store and the machine. `none` uses neither. `looks` reads the machine, and never opens
 * the store. `reads` sees one state of the store. `changes` runs in a transaction that is committed if the handler
 * returns and rolled back if it throws. `calls` runs other calls, each with its own effect, and transactions. `operates`
 * changes the machine: the handler checks in a transaction and passes a plan to `context.plan`. The plan is executed
 * outside the transaction and stores the outcome.
 */
export type Effect = 'none' | 'looks' | 'reads' | 'changes' | 'calls' | 'operates';

/** True if a function with this effect changes nothing. */
export const onlyReads = (effect: Effect): boolean =>
  effect === 'none' || effect === 'looks' || effect === 'reads';

/** The context of a handler by effect. No function has the machine and an open transaction at the same time. */
export type ContextOf<E extends Effect> = E extends 'none'
  ? OwnContext
  : E extends 'looks' | 'calls'
    ? FreeContext
    : Context;

/** The context of a function that looks neither at the store nor at the machine. */
type OwnContext = Omit<FreeContext, 'machine' | 'callPeer' | 'securityAdvice' | 'transaction'>;

/** Who may call: anyone who is logged in, only root, or holders of one of these privileges. */
export type Access = 'any' | 'root' | readonly [string, ...string[]];

/**
 * By name. A name that ends with `-*` is a family, and so is one that ends with `#`, for numbers (`param-of.ts`): `copymysqldb-*` has the argument `copymysqldb-bob_wp=shop_wp` under
 * the name `bob_wp`. Its values are strings.
 */
export type Params = Readonly<Record<string, Param>>;

/** One argument of a family of parameters. */
export interface FamilyArgument {
  readonly name: string;
  readonly value: string;
}
type Returns = Fields | MapField | null;

type Single<P extends Param> = P['type'] extends 'integer'
  ? number
  : P['type'] extends 'flag'
    ? boolean
    : P['type'] extends 'json'
      ? Json
      : P extends { values: readonly (infer Allowed)[] }
        ? Allowed
        : string;
type Argument<P extends Param> = P extends { list: true }
  ? Single<P>[]
  : P extends { required: true } | { default: string | number }
    ? Single<P>
    : Single<P> | undefined;
/** What the handler gets of these parameters. */
export type Arguments<P extends Params> = {
  readonly [K in keyof P]: K extends `${string}-*` | `${string}#`
    ? readonly FamilyArgument[]
    : Argument<P[K]>;
};

// The first line ends the recursion where only “some field” is known.
export type Answer<F extends Field> = Field extends F
  ? Value
  : F extends { list: infer Item extends Field }
    ? Answer<Item>[]
    : F extends { map: infer Item extends Field }
      ? Record<string, Answer<Item>>
      : F extends { fields: infer S extends Fields }
        ? AnswerFields<S>
        : F extends { type: 'integer' | 'number' | 'flag' }
          ? number
          : F extends { type: 'string|null' }
            ? string | null
            : F extends { type: 'any' }
              ? Value
              : string;
type OptionalKey<S extends Fields> = {
  [K in keyof S]: S[K] extends { optional: true } ? K : never;
}[keyof S];
type AnswerFields<S extends Fields> = {
  -readonly [K in Exclude<keyof S, OptionalKey<S>>]: Answer<S[K]>;
} & { -readonly [K in OptionalKey<S>]?: Answer<S[K]> };
type Data<R extends Returns> = R extends null
  ? void
  : R extends MapField
    ? Record<string, Answer<R['map']>>
    : R extends Fields
      ? AnswerFields<R>
      : never;

export interface Spec {
  /** The API's name, which is also the name of the file and the heading of the tests. */
  readonly name: string;
  /** The version of WHM that introduced it (`54`). Null if not documented. */
  readonly since: number | null;
  /** One sentence, verb first. */
  readonly summary: string;
  /** What a caller needs to know in addition to the summary. */
  readonly description?: string;
  /**
   * For functions that delete something: what is lost, and how to restore it if that is possible. Interactive users are
   * asked for confirmation.
   */
  readonly destructive?: string;
  readonly access: Access;
  readonly effect: Effect;
  /**
   * The role (`src/ground/rules/roles/`) that the function requires, such as `DNS`. Without it, the call fails with `disabled`.
   */
  readonly role?: string;
  /** True if it returns or changes its caller's credentials. A limited API token may not call it (`access.ts`). */
  readonly actsOnCaller?: true;
  readonly params: Params;
  /**
   * A call without any of these parameters fails with `missing_param`, and one with too many of them with `bad_param`.
   */
  readonly oneOf?: OneOf;
  readonly rest?: Rest;
  /**
   * For functions that call another function: all other arguments are passed to it as they are (`args.passed`). The
   * text says so. The audit log masks them, and the other function has a line of its own. These functions change nothing
   * themselves: if the other one reads, they are recorded as reads.
   */
  readonly passes?: string;
  /**
   * For functions that only measure the machine and read the store. The `look` of one that `reads` may store what it
   * measured, and one that `calls` is recorded as a read.
   */
  readonly onlyMeasures?: true;
  /** For functions that must succeed although the disk of the store is full: they use what was reserved for them. */
  readonly usesReserve?: true;
  /** The feature (`src/capabilities/accounts/rules/features/`) that the account needs to call it. Only for UAPI and API 2. */
  readonly feature?: string;
  /** Where a failed call of API 2 has its reason in the row of `data`. Default: `result` 0 and `reason`. */
  readonly failureRow?:
    | 'result reason'
    | 'status statusmsg'
    | 'status statustxt'
    | 'result err'
    | 'result output'
    | 'result.status result.statusmsg';
  /**
   * True for functions to which billing systems send complete forms: an empty optional parameter counts as omitted,
   * unless it can be empty.
   */
  readonly emptyIsOmitted?: true;
  readonly returns: Returns;
  /** The data of a failed call, in addition to the reason. */
  readonly failureData?: Readonly<Record<string, string | number>>;
  /** The key of the response that contains its list, to which `api.filter.*`, `api.sort.*` and the others apply. */
  readonly list?: string;
  /** The fields of the list that a table shows by default. Default: all. */
  readonly columns?: readonly [string, ...string[]];
  /** The rows that a table shows by default, if the fields of the list are for programs. */
  readonly tableRows?: (data: Hash) => readonly Hash[];
  /** True if the response is only the data, without an envelope. */
  readonly flat?: true;
  /** True if WHM does not have the function. */
  readonly extension?: true;
  readonly examples: readonly [Example, ...Example[]];
}

/** A function with its types erased, for the engine, help and the generators. */
export interface AnyFunction extends Spec {
  readonly look?: (args: never, context: FreeContext) => unknown;
  readonly handler: (args: never, context: never, found: never) => unknown;
}

/**
 * Combines a description with its handler: the types of `args` and of the response follow from `params` and `returns`.
 * `look` reads the machine before the handler's transaction begins, and the handler gets its result. If the result is
 * out of date, the handler throws `LookAgain`.
 */
export function defineFunction<
  const P extends Params,
  const R extends Returns,
  const E extends Effect,
  Found = undefined,
>(
  definition: Omit<Spec, 'params' | 'returns' | 'effect'> & {
    readonly params: P;
    readonly returns: R;
    readonly effect: E;
    readonly look?: (args: FunctionArguments<NoInfer<P>>, context: FreeContext) => Promise<Found>;
    readonly handler: (
      args: FunctionArguments<NoInfer<P>>,
      context: NoInfer<ContextOf<E>>,
      found: NoInfer<Found>,
    ) => Data<NoInfer<R>> | Promise<Data<NoInfer<R>>>;
  },
): AnyFunction {
  return definition;
}

export type FunctionArguments<P extends Params> = Arguments<P> & {
  readonly rest: Readonly<Record<string, Json>>;
  readonly passed: readonly RawArgument[];
};
