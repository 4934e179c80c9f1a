// The vocabulary in which a function is described, and `defineFunction`, which ties a description to its handler.
// The description is plain data: arguments, help, man pages, access and the index are all read from it.
import type { Context, FreeContext } from './context.ts';
import type { ErrorCode } from './errors.ts';
import type { Json, Value } from './values.ts';

/** What the store has names of. `login`: root or a reseller; `user`: root or an account; `task`: the ID of a task. */
export type NameKind = 'account' | 'domain' | 'package' | 'reseller' | 'login' | 'user' | 'task';

/** One parameter of a function. */
export interface Param {
  readonly type: 'string' | 'integer' | 'flag' | 'json';
  /** What it is for: one or two sentences. */
  readonly doc: string;
  /** Older or other names of the parameter: arguments under these names are read as if they had its own name. */
  readonly alias?: readonly [string, ...string[]];
  readonly required?: true;
  readonly default?: string | number;
  /** The only values it takes. */
  readonly values?: readonly string[];
  /** A pattern that the whole value must match, and in words what that means ("six digits"). */
  readonly pattern?: { readonly matches: RegExp; readonly expects: string };
  readonly min?: number;
  readonly max?: number;
  /** Most characters of a string; 4,096 unless told. */
  readonly maxLength?: number;
  /** True for names that do not differ by case: the value is read in lower case. */
  readonly lowerCase?: true;
  /** True when line breaks and tabs are allowed in a string. */
  readonly multiline?: true;
  /** What its values are names of, if those exist already. The Tab key offers them. */
  readonly completes?: NameKind;
  /** Repeatable: `user=a user=b`, or numbered: `user-1=a user-2=b`. */
  readonly list?: true;
  /** Never echoed, logged or quoted. */
  readonly sensitive?: true;
  /**
   * Whether a call that is no plain read acts on the account that this names. A limited API token may not name its
   * owner here (`access.ts`).
   */
  readonly actsOn?: boolean;
  /** True for a parameter that WHM does not have. */
  readonly extension?: true;
  /** Why it is taken, so that scripts go on working, but does nothing on this server: a sentence for a warning. */
  readonly inert?: string;
}

/** Every argument that no parameter names, as one hash (such as USER of a JSON body `{USER: {...}}`). */
export interface Rest {
  readonly type: 'json';
  readonly key: string;
  readonly doc: string;
  readonly sensitive?: true;
}

/** A field of an answer. */
export type Field = { readonly doc?: string; readonly optional?: true } & (
  | { readonly type: 'string' | 'string|null' | 'integer' | 'number' | 'flag' | 'any' }
  /** An `otpauth://` URI; a terminal draws it as a QR code as well. */
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
  /** Calls that make what the example works on; they are made where it is run as a test, and not shown. */
  readonly setUp?: readonly SetUp[];
  /** Where it cannot work as it stands, because something in it is made anew each time: how it then fails. */
  readonly fails?: ErrorCode;
}

/** A rule on several parameters. `at least`: one or more of them; `exactly`: one of them and no other. */
export interface OneOf {
  readonly count: 'at least' | 'exactly';
  readonly of: readonly [string, string, ...string[]];
}

export interface SetUp {
  readonly command: string;
  readonly args: Readonly<Record<string, string>>;
}

/**
 * What a function does with the store. `none` never opens it; `reads` sees one state of it; `changes` runs in a
 * transaction that is kept when the handler returns and taken back when it throws; `calls` runs other calls, each with an
 * effect of its own, and transactions. `operates` works on the machine: the handler checks in a transaction and hands a
 * plan to `context.plan`, which is executed outside of it and stores the outcome.
 */
export type Effect = 'none' | 'reads' | 'changes' | 'calls' | 'operates';

/** What a handler is given: no function has the machine and an open transaction at once. */
export type ContextOf<E extends Effect> = E extends 'none' | 'calls' ? FreeContext : Context;

/** Who may call: anybody who is logged in, root alone, or holders of one of these privileges. */
export type Access = 'any' | 'root' | readonly [string, ...string[]];

type Params = Readonly<Record<string, Param>>;
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
type Arguments<P extends Params> = { readonly [K in keyof P]: Argument<P[K]> };

// The first line ends the recursion where only “some field” is known.
type Answer<F extends Field> = Field extends F
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
  /** The API's name: also the file's name and the heading of the tests. */
  readonly name: string;
  /** The version of WHM in which it appeared (`54`), or null where no document says. */
  readonly since: number | null;
  /** One sentence, verb first. */
  readonly summary: string;
  /** What a caller must know beyond the summary. */
  readonly description?: string;
  /**
   * What is lost, and how to get it back if that is possible, for a function that takes something away. People who
   * call it by hand are asked first.
   */
  readonly destructive?: string;
  readonly access: Access;
  readonly effect: Effect;
  /** The role (`model/roles/`) without which the function has nothing to work on: `DNS`. The call then fails: `disabled`. */
  readonly role?: string;
  /** True if it returns or changes credentials of its caller. A limited API token may not call it (`access.ts`). */
  readonly actsOnCaller?: true;
  readonly params: Params;
  /** A call without one of these parameters fails with `missing_param`, one with too many of them with `bad_param`. */
  readonly oneOf?: OneOf;
  readonly rest?: Rest;
  /**
   * True for a function to which billing systems send a whole form: an optional parameter with an empty value counts
   * as not given, unless the parameter can be empty.
   */
  readonly emptyIsOmitted?: true;
  readonly returns: Returns;
  /** What the answer carries beside the reason when the call fails. */
  readonly failureData?: Readonly<Record<string, string | number>>;
  /** The key of the answer that holds its list: `api.filter.*`, `api.sort.*` and the others work on it. */
  readonly list?: string;
  /** The fields of the list that a table shows unless others are asked for. Default: all. */
  readonly columns?: readonly [string, ...string[]];
  /** True where the answer is the bare data, without an envelope. */
  readonly flat?: true;
  /** True for a function that WHM does not have. */
  readonly extension?: true;
  readonly examples: readonly [Example, ...Example[]];
}

/** A function with its types erased: what the engine, help and the generators work with. */
export interface AnyFunction extends Spec {
  readonly look?: (args: never, context: FreeContext) => unknown;
  readonly handler: (args: never, context: never, found: never) => unknown;
}

/**
 * Ties a description to its handler: `args` and the answer's type follow from `params` and `returns`. `look` reads the
 * machine before the handler's transaction begins; the handler gets what it returns. A handler that finds that the look is
 * out of date throws `LookAgain`.
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
      context: ContextOf<NoInfer<E>>,
      found: NoInfer<Found>,
    ) => Data<NoInfer<R>> | Promise<Data<NoInfer<R>>>;
  },
): AnyFunction {
  return definition;
}

type FunctionArguments<P extends Params> = Arguments<P> & { readonly rest: Readonly<Record<string, Json>> };
