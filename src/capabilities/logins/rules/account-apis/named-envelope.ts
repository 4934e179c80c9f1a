// A call of UAPI or API 2 as the commands `uapi` and `cpapi2` print it.
import type { AccountApi, Call } from '../../../../core/context.ts';
import { accountCaller } from '../../../../core/contexts.ts';
import { dispatch } from '../../../../core/dispatch.ts';
import { failure } from '../../../../core/report.ts';
import type { Engine } from '../../../../core/engine.ts';
import type { Envelope } from '../../../../core/envelope.ts';
import type { ApiError } from '../../../../core/errors.ts';
import { api2Answer, namedUapiAnswer, uapiAnswer, type Reshape } from './answers.ts';
import { runAccountCall } from './call.ts';

export interface NamedCall extends Pick<Call, 'args' | 'dryRun' | 'warnings' | 'isAbandoned'> {
  readonly api: AccountApi;
  readonly module: string;
  readonly func: string;
  readonly username: string;
  /** The login that acts for the account. Undefined if the account itself calls. */
  readonly actor?: string;
}

/**
 * Makes the call. The response is `{apiversion, func, module, result}`, or `{cpanelresult}` for API 2, without an envelope
 * around it.
 */
export async function callAsAccount(engine: Engine, call: NamedCall): Promise<Envelope> {
  const { api, module, func, args, username, actor, ...others } = call;
  const { envelope, reshape } = await runAccountCall({ api, module, func, args }, (inner) =>
    dispatch({ ...others, ...inner, api }, accountCaller(username, actor), engine),
  );
  return named({ api, module, func }, envelope, reshape);
}

/** The response of a call that could not start. */
export function callFailure(
  { api, module, func, args, dryRun }: Omit<NamedCall, 'username'>,
  error: ApiError,
): Envelope {
  const envelope = failure({ command: `${module}::${func}`, args, dryRun }, error);
  return named({ api, module, func }, envelope, undefined);
}

/** The response of a call in the form of its API. */
export function named(
  { api, module, func }: Pick<NamedCall, 'api' | 'module' | 'func'>,
  envelope: Envelope,
  reshape: Reshape | undefined,
): Envelope {
  const { metadata, faults } = envelope;
  return {
    metadata,
    data:
      api === 'uapi'
        ? namedUapiAnswer(module, func, uapiAnswer(envelope, reshape))
        : api2Answer({ module, func }, envelope, reshape),
    flat: true,
    ...(faults === undefined ? {} : { faults }),
  };
}
