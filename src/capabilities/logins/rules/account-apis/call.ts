// Calls a function of UAPI or API 2 as an account, with the list options of that API.
import type { AccountApi, FreeContext, RawArgument, FunctionCall } from '../../../../core/context.ts';
import type { Envelope } from '../../../../core/envelope.ts';
import { failure } from '../../../../core/report.ts';
import { accountPrograms } from '../../../../core/account-programs.ts';
import { ApiError } from '../../../../core/errors.ts';
import type { Reshape } from './answers.ts';

export interface AccountCall {
  readonly api: AccountApi;
  readonly username: string;
  readonly module: string;
  readonly func: string;
  readonly args: readonly RawArgument[];
}

export interface AccountOutcome {
  readonly envelope: Envelope;
  readonly reshape: Reshape | undefined;
}

/** Makes the call. List options that are not valid fail before the function runs. */
export async function callAccountApi(context: FreeContext, call: AccountCall): Promise<AccountOutcome> {
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
  run: (call: FunctionCall) => Promise<Envelope>,
): Promise<AccountOutcome> {
  const command = `${module}::${func}`;
  const prefix = accountPrograms[api].listPrefix;
  const own = args.filter(({ name }) => !name.startsWith(prefix));
  let reshape: Reshape | undefined;
  try {
    // Loaded only for a call with list options.
    if (own.length < args.length) reshape = await readReshape(args, prefix);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { envelope: failure({ command, args: [], dryRun: false }, error), reshape: undefined };
  }
  return { envelope: await run({ command, args: own }), reshape };
}

async function readReshape(args: readonly RawArgument[], prefix: string): Promise<Reshape | undefined> {
  const { applyListOptions, readListOptions } = await import('./lists.ts');
  const options = await readListOptions(args, prefix);
  return options && ((items) => applyListOptions(items, options));
}
