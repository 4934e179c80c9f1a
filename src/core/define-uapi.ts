// Descriptions of UAPI and API 2: functions that act inside one account, which is their caller. They use the vocabulary
// of `define.ts`, with these differences: the name is `Module::function`, nobody else may call, and the data of a
// response can be a list or a plain value, not only a hash.
import type { Context, FreeContext } from './context.ts';
import type {
  AnyFunction,
  Answer,
  ContextOf,
  Effect,
  Field,
  FunctionArguments,
  Params,
  Spec,
} from './define.ts';
import type { StepResult } from './plan.ts';
import type { Hash, Value } from './values.ts';

type Returns = Field | null;
type Data<R extends Returns> = R extends Field ? Answer<R> : void;

/** The context of a handler. `plan` builds the data of the response, which need not be a hash. */
type AccountContext<E extends Effect, R extends Returns> =
  ContextOf<E> extends Context
    ? Omit<Context, 'plan'> & {
        readonly plan: (
          plan: Parameters<Context['plan']>[0],
          answer?: (results: readonly StepResult[]) => Data<R>,
        ) => void;
      }
    : ContextOf<E>;

interface Definition<P extends Params, R extends Returns, E extends Effect, Found> extends Omit<
  Spec,
  'access' | 'columns' | 'effect' | 'flat' | 'list' | 'params' | 'passes' | 'returns'
> {
  readonly params: P;
  /** The data of a response. Null: there is none. */
  readonly returns: R;
  readonly effect: E;
  readonly look?: (args: FunctionArguments<NoInfer<P>>, context: FreeContext) => Promise<Found>;
  readonly handler: (
    args: FunctionArguments<NoInfer<P>>,
    context: AccountContext<NoInfer<E>, NoInfer<R>>,
    found: NoInfer<Found>,
  ) => Data<NoInfer<R>> | Promise<Data<NoInfer<R>>>;
}

/** The only field of the data, for the engine: the data of an envelope is a hash. */
export const DATA = 'data';

/** Describes a function of UAPI. `context.caller.user` is the account. */
export function defineUapi<
  const P extends Params,
  const R extends Returns,
  const E extends Effect,
  Found = undefined,
>(definition: Definition<P, R, E, Found>): AnyFunction {
  const { effect, returns, handler } = definition;
  const wrapped = async (
    args: FunctionArguments<P>,
    context: Context | FreeContext,
    found: Found,
  ): Promise<Hash | undefined> => {
    // Only these functions plan, and V8 takes 50 µs for an object that inherits from one of a call.
    const plans = effect === 'operates' && 'plan' in context;
    const own = (plans ? withAnyData(context) : context) as AccountContext<E, R>;
    return hashOf(await handler(args, own, found));
  };
  return {
    ...definition,
    access: 'any',
    returns: returns === null ? null : { [DATA]: returns },
    ...(returns !== null && 'list' in returns ? { list: DATA } : {}),
    handler: wrapped,
  };
}

/**
 * Describes a function of API 2. The data of its response is a list of rows, whose fields are `returns`.
 * `failureRow` says where a failed call has its reason.
 */
export function defineApi2<
  const P extends Params,
  const R extends { readonly fields: Readonly<Record<string, Field>> },
  const E extends Effect,
  Found = undefined,
>(
  definition: Omit<Definition<P, { readonly list: R }, E, Found>, 'returns'> & { readonly returns: R },
): AnyFunction {
  const { returns, ...others } = definition;
  return defineUapi({ ...others, returns: { list: returns } });
}

interface Twin {
  /** Default: the name of the original. */
  readonly name?: string;
  readonly since: number | null;
  /** The parameters of the original that the twin does not have. */
  readonly without?: readonly string[];
  /** Further parameters, which have no effect. */
  readonly ignored?: Params;
}

interface Api2Twin extends Pick<Spec, 'failureRow'>, Omit<Twin, 'since'> {
  /** The fields of a row. Default: those of the rows of the original. */
  readonly returns?: { readonly fields: Readonly<Record<string, Field>> };
  /** The rows, from the arguments. Default: those of the original. */
  readonly rows?: (args: never) => readonly Hash[];
}

type AnyLook = (args: object, context: FreeContext) => unknown;
type AnyHandler = (args: object, context: object, found: unknown) => Promise<Hash | undefined>;

/** Describes a function of UAPI that does the same as another one, with its description. */
export function defineTwin(
  original: AnyFunction,
  { name = original.name, since, without = [], ignored = {} }: Twin,
): AnyFunction {
  const kept = Object.entries(original.params).filter(([key]) => !without.includes(key));
  const left = Object.entries(original.params).filter(([key]) => without.includes(key));
  // The original gets all of its arguments.
  const defaults = Object.fromEntries(
    left.map(([key, param]) => [key, param.type === 'flag' ? param.default === 1 : param.default]),
  );
  const look = original.look as AnyLook | undefined;
  const handler = original.handler as AnyHandler;
  return {
    ...original,
    name,
    since,
    params: { ...Object.fromEntries(kept), ...ignored },
    ...(look === undefined
      ? {}
      : { look: (args: object, context: FreeContext) => look({ ...defaults, ...args }, context) }),
    handler: (args: object, context: object, found: unknown) =>
      handler({ ...defaults, ...args }, context, found),
  };
}

/**
 * Describes the function of API 2 that does the same as one of UAPI, with its description. The response of the original
 * must be what its handler returns. If that is not a list, it is the only row.
 */
export function defineApi2Twin(original: AnyFunction, twin: Api2Twin = {}): AnyFunction {
  const { returns: given, rows, failureRow, ...rest } = twin;
  const same = defineTwin(original, { ...rest, since: null });
  const handler = same.handler as AnyHandler;
  const only = rows === undefined ? onlyRow(original) : undefined;
  const returns = given ?? only;
  return {
    ...same,
    ...(failureRow === undefined ? {} : { failureRow }),
    ...(returns === undefined ? {} : { returns: { [DATA]: { list: returns } } }),
    list: DATA,
    handler: async (args: object, context: object, found: unknown) => {
      const data = await handler(args, context, found);
      if (rows !== undefined) return { [DATA]: [...rows(args as never)] };
      return only === undefined || data === undefined ? data : { [DATA]: [data[DATA] ?? null] };
    },
  };
}

/** What the original returns, if that has fields. */
function onlyRow({ returns }: AnyFunction): { readonly fields: Readonly<Record<string, Field>> } | undefined {
  const field = (returns as Readonly<Record<string, Field>> | null)?.[DATA];
  return typeof field === 'object' && 'fields' in field ? field : undefined;
}

/** The row of a function of API 2 that changes something. */
export const outcomeRow = {
  fields: {
    result: { type: 'flag', doc: '1 if it was done.' },
    reason: { type: 'string', doc: 'What was done, or why it failed.' },
  },
} as const;

/** The same context, inherited, so that what watches a context sees only what a handler uses. */
function withAnyData(context: Context): Context {
  const plan: AccountContext<'operates', Field>['plan'] = (work, answer) => {
    context.plan(work, answer && ((results) => hashOf(answer(results)) ?? {}));
  };
  return Object.create(context, { plan: { value: plan } }) as Context;
}

function hashOf(data: Value | void): Hash | undefined {
  return data === undefined ? undefined : { [DATA]: data };
}
