// The versions of the API of accounts, as clients number them: 1, 2, and 3 for UAPI.
import type { AccountApi } from '../../../../core/context.ts';
import { failure } from '../../../../core/report.ts';
import { notProvided, type ApiError } from '../../../../core/errors.ts';
import type { Hash } from '../../../../core/values.ts';
import { DATA } from '../../../../core/define-uapi.ts';
import { api1Answer, api1Failure, api2Answer, namedUapiAnswer, uapiAnswer } from './answers.ts';
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

/** A function of version 1 whose text a function of version 2 has. */
interface Api1Function {
  readonly as: Named;
  readonly textOf: (rows: readonly Readonly<Record<string, string>>[]) => string;
}

/** Those that clients still call. */
const api1Functions: Readonly<Record<string, Api1Function>> = {
  'CustInfo::getemail': {
    as: { module: 'CustInfo', func: 'displaycontactinfo' },
    textOf: (rows) => rows.find(({ name }) => name === 'email')?.value ?? '',
  },
};

/** Runs a function and returns its response in the form of this version. */
export async function respondAs(
  version: Version,
  named: Named,
  run: (api: AccountApi, named: Named) => Promise<AccountOutcome>,
): Promise<Hash> {
  const { module, func } = named;
  if (version === '1') return respondAsApi1(named, run);
  const { envelope, reshape } = await run(version === '3' ? 'uapi' : 'api2', named);
  if (version === '3') return namedUapiAnswer(module, func, uapiAnswer(envelope, reshape));
  return api2Answer(named, envelope, reshape);
}

async function respondAsApi1(
  { module, func }: Named,
  run: (api: AccountApi, named: Named) => Promise<AccountOutcome>,
): Promise<Hash> {
  const provided = api1Functions[`${module}::${func}`];
  if (provided === undefined)
    return api1Failure(module, func, notProvided(`${module}::${func}`, { of: 'cPanel API 1' }).message);
  const { envelope } = await run('api2', provided.as);
  const { metadata, data } = envelope;
  if (metadata.result !== 1) return api1Failure(module, func, metadata.reason);
  return api1Answer(
    module,
    func,
    provided.textOf((data?.[DATA] ?? []) as unknown as readonly Readonly<Record<string, string>>[]),
  );
}

/** True if a function of version 1 is provided. */
export const isOfApi1 = ({ module, func }: Named): boolean =>
  Object.hasOwn(api1Functions, `${module}::${func}`);

/** The outcome of a call that could not start. */
export function failedOutcome({ module, func }: Named, error: ApiError): AccountOutcome {
  const envelope = failure({ command: `${module}::${func}`, args: [], dryRun: false }, error);
  return { envelope, reshape: undefined };
}
