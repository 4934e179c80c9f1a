// Calls a function of UAPI or API 2 as an account, with the list options of that API.
import type { AccountApi, Call, FreeContext, RawArgument } from '../../core/context.ts';
import type { Envelope } from '../../core/envelope.ts';
import { failure } from '../../core/dispatch.ts';
import { ApiError } from '../../core/errors.ts';
import { isListOption, readListOptions, type ListOptions } from './lists.ts';

export interface AccountCall {
  readonly api: AccountApi;
  readonly username: string;
  readonly module: string;
  readonly func: string;
  readonly args: readonly RawArgument[];
}

export interface AccountOutcome {
  readonly envelope: Envelope;
  readonly options: ListOptions | undefined;
}

const prefixes: Readonly<Record<AccountApi, string>> = { uapi: 'api.', api2: 'api2_' };

/** Makes the call. List options that are not valid fail before the function runs. */
export async function callAccountApi(
  context: Pick<FreeContext, 'callAsAccount' | 'innerError'>,
  call: AccountCall,
): Promise<AccountOutcome> {
  const outcome = await runAccountCall(call, (inner) =>
    context.callAsAccount(call.username, call.api, inner),
  );
  const { error_code: code } = outcome.envelope.metadata;
  if (code !== undefined) context.innerError(code);
  return outcome;
}

/** Separates the list options from the parameters, and runs the function. */
export async function runAccountCall(
  { api, module, func, args }: Omit<AccountCall, 'username'>,
  run: (call: Pick<Call, 'command' | 'args'>) => Promise<Envelope>,
): Promise<AccountOutcome> {
  const command = `${module}::${func}`;
  const prefix = prefixes[api];
  let options: ListOptions | undefined;
  try {
    options = await readListOptions(args, prefix);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { envelope: failure({ command, args: [], dryRun: false }, error), options: undefined };
  }
  const own = args.filter(({ name }) => !isListOption(name, prefix));
  return { envelope: await run({ command, args: own }), options };
}
