/** True if the disk, or the quota of its user, has no room. Any other error is not the disk’s. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?:ENOSPC|EDQUOT)$/.test(String(error.code));
}
