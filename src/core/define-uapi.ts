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
    : FreeContext;

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
  const { returns, handler } = definition;
  const wrapped = async (
    args: FunctionArguments<P>,
    context: Context | FreeContext,
    found: Found,
  ): Promise<Hash | undefined> => {
    const own = ('plan' in context ? withAnyData(context) : context) as AccountContext<E, R>;
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
