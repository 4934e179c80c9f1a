// The names of the errors of system calls.

/** The number on Linux. Node has no name for it: its code is “Unknown system error -122”. */
const EDQUOT = -122;

/** The name of a system call’s error, such as ENOSPC. Undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as { readonly code?: unknown; readonly errno?: unknown };
  if (errno === EDQUOT) return 'EDQUOT';
  return typeof code === 'string' ? code : undefined;
}
