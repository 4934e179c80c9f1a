// Errors of the machine, and how they are reported to callers. Separate from `machine.ts`, which many calls do not
// load.
import { ApiError } from './errors.ts';

/** The end of a reason if nothing was changed. It is removed if something was changed after all. */
export const UNCHANGED = ' Nothing was changed.';

export class MachineError extends Error {
  override readonly name = 'MachineError';
  readonly code: 'exists' | 'invalid' | 'not_found' | 'not_ours' | 'no_quota' | 'full' | 'changed' | 'failed';
  /** True if the cause is in a home, which its user can change at any moment: another try need not ever succeed. */
  readonly isOfHome: boolean;
  /** True if the changed files stay, and only the daemon has still to read them: it will, once it responds. */
  readonly isOnlyUnread: boolean;

  constructor(
    code: MachineError['code'],
    message: string,
    options: ErrorOptions & { readonly isOfHome?: boolean; readonly isOnlyUnread?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.isOfHome = options.isOfHome ?? false;
    this.isOnlyUnread = options.isOnlyUnread ?? false;
  }
}

/** System call errors that are the machine's own, whatever the user of a home does. */
const ownErrors: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EROFS',
  'EIO',
  'EFBIG',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
]);

export const isOnlyUnread = (error: unknown): boolean => error instanceof MachineError && error.isOnlyUnread;

/** Marks an error of work in a home. The machine's own errors, and unexpected ones, are returned unchanged. */
export function ofHome(error: unknown): unknown {
  if (!(error instanceof MachineError) || error instanceof LookAgain) return error;
  let cause: unknown = error;
  while (cause instanceof Error) {
    if (ownErrors.has(systemErrorCode(cause) ?? '')) return error;
    ({ cause } = cause);
  }
  return new MachineError(error.code, error.message, { cause: error, isOfHome: true });
}

/** The machine has changed since the call read it. The call reads it again and makes a new plan. */
export class LookAgain extends MachineError {
  constructor(message: string) {
    super('changed', message);
  }
}

/** System call errors that mean that the disk or file system is full or cannot be written to. */
const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some space and retry the call.',
  EDQUOT: 'The disk quota is used up. Raise it or free some space, then retry the call.',
  EROFS: 'The file system is read-only. Mount it read-write and retry the call.',
  EFBIG:
    'A file reached the largest size that this process may write. Raise that limit (ulimit -f) and retry the call.',
  EIO: 'The disk reported an error. Check it (dmesg) before you go on.',
};

/** The last one is PostgreSQL’s. */
const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** What to do about a system call error of a disk, such as `ENOSPC`. Undefined for others. */
export const diskCause = (code: string): string | undefined => causes[code];

/**
 * Converts an error of a system call to a MachineError `full` if the disk caused it. Returns other errors unchanged.
 */
export function ofDisk(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { path, syscall } = error as { path?: unknown; syscall?: unknown };
  const cause = typeof syscall === 'string' ? causes[systemErrorCode(error) ?? ''] : undefined;
  if (cause === undefined) return error;
  const what = typeof path === 'string' ? `“${path}” could not be written. ` : '';
  return new MachineError('full', `${what}${cause}`, { cause: error });
}

/** Converts an error of the machine to the error for the caller. */
export function ofMachine(error: MachineError): ApiError {
  const codes = {
    exists: 'bad_param',
    invalid: 'bad_param',
    not_found: 'not_found',
    not_ours: 'denied',
    no_quota: 'host_failed',
    full: 'store_unavailable',
    changed: 'busy',
    failed: 'host_failed',
  } as const;
  return new ApiError(codes[error.code], error.message, { cause: error });
}

// The names of the errors of system calls.

/** The number on Linux. Node has no name for it: its code is “Unknown system error -122”. */
const EDQUOT = -122;

/** True if the store or its log could not be written because its disk is full. */
export function isOfFullStore(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code !== 'store_unavailable') return false;
  return fullCodes.has(systemErrorCode(error.cause) ?? '');
}

/** True if the store or a file of the machine could not be written, and a full disk may be why: SQLite does not say. */
export function mayBeOfFullDisk(thrown: unknown): boolean {
  const error = ofDisk(thrown);
  if (error instanceof MachineError) return error.code === 'full';
  if (!(error instanceof ApiError) || error.code !== 'store_unavailable') return false;
  return isOfFullStore(error) || systemErrorCode(error.cause) === 'ERR_SQLITE_ERROR';
}

/** The warning of a read that could not be recorded, but has its result. */
export const NOT_RECORDED =
  'This call is not in the audit log, because the disk is full. Free some space. Until then, only reads, suspensions and ' +
  'removals are likely to succeed.';

/** The name of a system call’s error, such as ENOSPC. Undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as { readonly code?: unknown; readonly errno?: unknown };
  if (errno === EDQUOT) return 'EDQUOT';
  return typeof code === 'string' ? code : undefined;
}
