// A call of UAPI as the command `uapi` prints it.
import type { Call } from '../../core/context.ts';
import { accountCaller, ofApi } from '../../core/contexts.ts';
import { dispatch, failure } from '../../core/dispatch.ts';
import type { Engine } from '../../core/engine.ts';
import type { Envelope } from '../../core/envelope.ts';
import type { ApiError } from '../../core/errors.ts';
import { namedUapiAnswer, uapiAnswer } from './answers.ts';
import { runAccountCall } from './call.ts';
import type { ListOptions } from './lists.ts';

export interface UapiCall extends Pick<Call, 'args' | 'dryRun' | 'warnings' | 'isAbandoned'> {
  readonly module: string;
  readonly func: string;
  readonly username: string;
  /** The login that acts for the account. Undefined if the account itself calls. */
  readonly actor?: string;
}

/** Makes the call. The response is `{apiversion, func, module, result}`, without an envelope around it. */
export async function callUapi(engine: Engine, call: UapiCall): Promise<Envelope> {
  const { module, func, args, username, actor, ...others } = call;
  const { envelope, options } = await runAccountCall({ api: 'uapi', module, func, args }, (inner) =>
    dispatch({ ...others, ...inner }, accountCaller(username, actor), ofApi(engine, 'uapi')),
  );
  return named({ module, func }, envelope, options);
}

/** The response of a call that could not start. */
export function uapiFailure(
  { module, func, args, dryRun }: Omit<UapiCall, 'username'>,
  error: ApiError,
): Envelope {
  return named({ module, func }, failure({ command: `${module}::${func}`, args, dryRun }, error), undefined);
}

function named(
  { module, func }: Pick<UapiCall, 'module' | 'func'>,
  envelope: Envelope,
  options: ListOptions | undefined,
): Envelope {
  const { metadata, faults } = envelope;
  return {
    metadata,
    data: namedUapiAnswer(module, func, uapiAnswer(envelope, options)),
    flat: true,
    ...(faults === undefined ? {} : { faults }),
  };
}
