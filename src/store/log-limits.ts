// How large the audit log becomes, and how much of the disk is left alone.
import { statfsSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';

export interface LogLimits {
  /** A file of this size (bytes) is rotated. */
  readonly maxBytes: number;
  /** So is one whose first line is this old (milliseconds). */
  readonly maxAgeMs: number;
  /** How many old files are kept. */
  readonly keep: number;
}

const DAY_MS = 24 * 60 * 60_000;
const MIB = 1_048_576;

/** Refused requests are not written, and root's calls warn, if less than this is free: 64 MiB, or 5% of a small disk. */
const RESERVE_BYTES = 64 * MIB;
const RESERVE_SHARE = 0.05;

/**
 * `WHMAPI1_AUDIT_KIB` (of a file, 65536 by default), `WHMAPI1_AUDIT_FILES` (old ones, 9) and `WHMAPI1_AUDIT_ROTATE_DAYS`
 * (30). @throws ApiError `store_unavailable`, naming what is wrong.
 */
export function readLogLimits(environment: Readonly<Record<string, string | undefined>>): LogLimits {
  const read = (name: string, usual: number, min: number, max: number) => {
    const { [name]: given = '' } = environment;
    if (given === '') return usual;
    const number = Number(given);
    if (/^\d{1,9}$/.test(given) && number >= min && number <= max) return number;
    throw new ApiError(
      'store_unavailable',
      `The environment variable ${name} should be a whole number from ${min} to ${max}. Nothing was changed.`,
    );
  };
  return {
    maxBytes: read('WHMAPI1_AUDIT_KIB', 65_536, 16, 16_777_216) * 1024,
    keep: read('WHMAPI1_AUDIT_FILES', 9, 1, 1000),
    maxAgeMs: read('WHMAPI1_AUDIT_ROTATE_DAYS', 30, 1, 3650) * DAY_MS,
  };
}

/** How many bytes are free, if that is less than the reserve. Undefined if there is enough, or it cannot be known. */
export function freeBelowReserve(path: string): number | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(path);
    const free = bavail * bsize;
    return free < Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE) ? free : undefined;
  } catch {
    return undefined;
  }
}
