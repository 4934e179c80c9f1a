// The versions of the API of accounts, as clients number them: 1, 2, and 3 for UAPI.
import type { AccountApi } from '../../../../core/context.ts';
import { failure } from '../../../../core/report.ts';
import { notProvided, type ApiError } from '../../../../core/errors.ts';
import type { Hash } from '../../../../core/values.ts';
import { api1Failure, api2Answer, namedUapiAnswer, uapiAnswer } from './answers.ts';
import type { AccountOutcome } from './call.ts';

export const versions = ['1', '2', '3'] as const;
export type Version = (typeof versions)[number];

export function isVersion(text: string): text is Version {
  return (versions as readonly string[]).includes(text);
}

interface Named {
  readonly module: string;
  readonly func: string;
}

/** Runs a function and returns its response in the form of this version. No function of version 1 is provided. */
export async function respondAs(
  version: Version,
  named: Named,
  run: (api: AccountApi) => Promise<AccountOutcome>,
): Promise<Hash> {
  const { module, func } = named;
  if (version === '1') {
    return api1Failure(module, func, notProvided(`${module}::${func}`, { of: 'cPanel API 1' }).message);
  }
  const { envelope, reshape } = await run(version === '3' ? 'uapi' : 'api2');
  if (version === '3') return namedUapiAnswer(module, func, uapiAnswer(envelope, reshape));
  return api2Answer(named, envelope, reshape);
}

/** The outcome of a call that could not start. */
export function failedOutcome({ module, func }: Named, error: ApiError): AccountOutcome {
  const envelope = failure({ command: `${module}::${func}`, args: [], dryRun: false }, error);
  return { envelope, reshape: undefined };
}
