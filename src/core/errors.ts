// The catalogue of failures, each with a stable code and an exit status. Scripts compare `metadata.error_code`; people
// read `metadata.reason`.
import { printable } from './function-name.ts';
import type { Hash } from './values.ts';

interface ErrorKind {
  /** The exit status of the command line: 1 the call failed, 3 the store could not be used. */
  exit: 1 | 3;
  /** One sentence for docs/ERRORS.md: when the failure occurs. */
  when: string;
  /** One sentence for docs/ERRORS.md: what the caller can do. */
  remedy: string;
}

const kinds = {
  unknown_function: {
    exit: 1,
    when: 'No function has this name. Names are case-sensitive.',
    remedy: 'Look the name up in `whmapi1 --help`. The command line suggests similar names.',
  },
  not_provided: {
    exit: 1,
    when: 'WHM has a function of this name, but this program does not provide it. Nothing was done.',
    remedy: 'Find a provided function with `whmapi1 --help` or `whmapi1 --search`.',
  },
  denied: {
    exit: 1,
    when: 'The caller has none of the privileges that the function requires.',
    remedy: 'Call as root, or ask root to grant a privilege that the reason names.',
  },
  missing_param: {
    exit: 1,
    when: 'A required parameter is missing or empty.',
    remedy: 'Pass every parameter that the reason names.',
  },
  bad_param: {
    exit: 1,
    when: 'A parameter has an invalid value, or is passed more than once although it accepts one value.',
    remedy: 'Correct every parameter that the reason names. The reason says what is valid.',
  },
  bad_meta: {
    exit: 1,
    when: 'An `api.*` argument (filter, sort, chunk, columns) cannot be applied to this response.',
    remedy: 'Correct the argument that the reason names.',
  },
  not_found: {
    exit: 1,
    when: 'The object that the call names does not exist, or the caller may not see it.',
    remedy: 'Check the name with the function that lists these objects.',
  },
  disabled: {
    exit: 1,
    when: 'The feature that the call needs, such as cPHulk, is disabled on this server.',
    remedy: 'Enable it first.',
  },
  service_ended: {
    exit: 1,
    when: 'The function needs a service on the Internet that was shut down for good.',
    remedy: 'Use the other functions that the reason names.',
  },
  limit_reached: {
    exit: 1,
    when: 'A limit does not allow the call: one of the reseller’s, such as its number of accounts, or one of the server’s.',
    remedy: 'Request less, free resources, or ask root to raise the reseller’s limit that the reason names.',
  },
  weak_password: {
    exit: 1,
    when: 'The password is easier to guess than this server allows.',
    remedy: 'Choose another password. Several unusual words are stronger than one word with digits.',
  },
  busy: {
    exit: 1,
    when: 'Another call locked the same account or domain for more than 15 seconds, or the server has too much to do.',
    remedy: 'Retry the call later. Nothing was changed.',
  },
  abandoned: {
    exit: 1,
    when: 'The client closed the connection before the call was complete.',
    remedy: 'Check what was done, and run the remaining calls again.',
  },
  hook_refused: {
    exit: 1,
    when: 'A script hook that root has registered on this server refused the call. Nothing was changed.',
    remedy:
      'Do what the reason says. Root finds the script with `whmapi1 --hook list`, and its output in hooks.log in the ' +
      'state directory.',
  },
  host_failed: {
    exit: 1,
    when: 'A step failed on the server. All earlier steps were undone.',
    remedy: 'Fix the problem that the reason describes, and then retry the call.',
  },
  tfa_invalid: {
    exit: 1,
    when: 'The two-factor authentication code does not match the secret at this time.',
    remedy: 'Send the code that the app shows now. If the reason mentions clocks, correct both clocks.',
  },
  tfa_replayed: {
    exit: 1,
    when: 'The code is correct, but its time step, or a later one, was already used by this user.',
    remedy: 'Wait for the next code (at most 30 seconds) and send it.',
  },
  tfa_locked: {
    exit: 1,
    when: 'Five wrong codes within five minutes locked this user’s attempts for five minutes.',
    remedy: 'Wait until the time that the reason names.',
  },
  confirmation_required: {
    exit: 1,
    when: 'In a session of a user with two-factor authentication, the call changes or reads how that user logs in.',
    remedy:
      'Confirm the session with a code or the password, use an API token, or call as root on the server.',
  },
  key_lost: {
    exit: 1,
    when: 'The key that encrypted the stored secrets is missing or does not match.',
    remedy:
      'Restore the key file that the reason names from a backup. If there is none, remove everything that it ' +
      'encrypted, as the reason says.',
  },
  store_insecure: {
    exit: 3,
    when: 'The state directory, or a file in it, belongs to another user or is accessible to others.',
    remedy: 'Make sure that nobody changed the files, and then run the command in the reason.',
  },
  store_unavailable: {
    exit: 3,
    when: 'The store or the server’s disk could not be used: it is full, read-only or damaged, or a lock was held too long.',
    remedy: 'Fix the problem that the reason names, and then retry the call. Nothing was changed.',
  },
  remote_unreachable: {
    exit: 3,
    when: 'The remote server could not be reached or verified, or it did not respond.',
    remedy: 'Fix the problem that the reason describes, and then retry the call.',
  },
  unknown_outcome: {
    exit: 3,
    when: 'A call that changes something was sent to a remote server, and there was no usable response.',
    remedy: 'Before you retry the call, check on the server whether the change was made, as the reason says.',
  },
  login_refused: {
    exit: 1,
    when: 'The remote server rejected the token, the password or the session. The call was not run.',
    remedy: 'Check the user, the token and its allowed addresses, and then log in again.',
  },
  bad_answer: {
    exit: 1,
    when: 'The response of the remote server is not a response of WHM API 1.',
    remedy: 'Check the address and the port that the reason names; WHM’s is 2087.',
  },
  no_dry_run: {
    exit: 1,
    when: 'The remote server does not support dry runs: it would really run the call.',
    remedy: 'Omit --dry-run to run the call, or call a server with this program.',
  },
  internal: {
    exit: 1,
    when: 'An unexpected error occurred. This is a bug.',
    remedy: 'Look up the XID from the reason in the error log, and report it with the call.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;
export const errorKinds: Readonly<Record<ErrorCode, ErrorKind>> = kinds;

/** A problem with one parameter. */
export interface Fault {
  readonly param: string;
  /** A sentence that names the parameter. */
  readonly problem: string;
}

/** A failure that is reported to the caller. Its reason is one or two sentences that a person can act on. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  /** True if the function's changes before the failure are kept, such as the count of wrong codes. */
  readonly keepsChanges: boolean;
  /** The invalid parameters, for forms, if known. The reason contains the first of these sentences. */
  readonly faults: readonly Fault[];
  /** The data of the response in addition to the reason, if any. */
  readonly data: Hash | undefined;

  constructor(
    code: ErrorCode,
    reason: string,
    options: { keepsChanges?: boolean; cause?: unknown; faults?: readonly Fault[]; data?: Hash } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.keepsChanges = options.keepsChanges ?? false;
    this.faults = options.faults ?? [];
    this.data = options.data;
  }
}

/** The wording that scripts match. */
export function unknownFunction(command: string): ApiError {
  return new ApiError(
    'unknown_function',
    `Unknown app ("${printable(command)}") requested for this version (1) of the API.`,
  );
}

/** The wording that clients of UAPI match. `command` is `Module::function`. */
export function unknownAccountFunction(command: string): ApiError {
  const [module = '', func = ''] = printable(command).split('::');
  return new ApiError(
    'unknown_function',
    `The system could not find the function “${func}” in the module “${module}”.`,
  );
}

/** `family` is the title of the function's family, or the name of the account's API that has the function. */
/** @param of The family or the API of the function. `because` is a sentence. */
export function notProvided(command: string, { of, because }: Absent): ApiError {
  const reason = `The function “${command}” of ${of} is not provided on this server.`;
  return new ApiError('not_provided', because === undefined ? reason : `${reason} ${because}`);
}

/** A documented function that this program does not provide. */
export interface Absent {
  /** What it is a function of, in words. */
  readonly of: string;
  /** Why it is not provided, as a sentence. */
  readonly because?: string;
}

/** A process that goes on with a plan finds that another one has taken it over. */
export function takenOver(): ApiError {
  return new ApiError(
    'host_failed',
    'Another process considered this call abandoned and undid its changes. Retry the call.',
  );
}

export function denied(reason: string): ApiError {
  return new ApiError('denied', reason);
}

export function badParam(reason: string): ApiError {
  return new ApiError('bad_param', reason);
}

export function notFound(reason: string): ApiError {
  return new ApiError('not_found', reason);
}
