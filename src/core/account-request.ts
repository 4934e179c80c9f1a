// What the commands `uapi` and `cpapi2` and the server say to each other through an account's socket: a call as one line of
// JSON, and its response. The native commands send frames instead (`src/command-socket/frames.ts`).
import type { AccountApi, RawArgument } from './context.ts';

/** Where the server has its sockets, unless WHMAPI1_SOCKETS names another directory. */
export const SOCKETS = '/run/whmapi1/accounts';
/** The file name of the socket at which clients ask for their own. */
export const REQUEST_SOCKET = 'request.sock';
/** The reason for the call of a user that is no account, by whichever side it is noticed. */
export const NO_ACCOUNT =
  'The user you are logged in as is not an account of this server. As root, name the account with --user=NAME.';
/** The response instead of a call if too many are in progress. The client tries again. */
export const BUSY = 'busy';

/** A call of UAPI or API 2. The socket says who calls. */
export interface AccountRequest {
  readonly api: AccountApi;
  readonly module: string;
  readonly func: string;
  readonly args: readonly RawArgument[];
  readonly dryRun: boolean;
  readonly warnings: readonly string[];
}

/** A server of an earlier version, which only has UAPI, must not take a call of API 2 for one of UAPI. */
export function writeAccountRequest({ api, ...call }: AccountRequest): string {
  return JSON.stringify(api === 'uapi' ? call : { [api]: call });
}

/** Undefined if the text is not a request. */
export function readAccountRequest(text: string): AccountRequest | undefined {
  let read: (Partial<AccountRequest> & { readonly api2?: Partial<AccountRequest> | null }) | null;
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    return undefined;
  }
  const api = read?.api2 === undefined ? 'uapi' : 'api2';
  const { module, func, args, dryRun, warnings } = (api === 'uapi' ? read : read?.api2) ?? {};
  if (typeof module !== 'string' || typeof func !== 'string' || !Array.isArray(args)) return undefined;
  const isValid = args.every(
    (one: unknown) =>
      typeof one === 'object' &&
      one !== null &&
      'name' in one &&
      typeof one.name === 'string' &&
      'value' in one,
  );
  if (!isValid) return undefined;
  return {
    api,
    module,
    func,
    args,
    dryRun: dryRun === true,
    warnings: Array.isArray(warnings) ? warnings : [],
  };
}
