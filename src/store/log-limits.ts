// The limits of the audit log, and the disk space that is kept free.
import { statfsSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';

export interface LogLimits {
  /** A file of this size (bytes) is rotated. */
  readonly maxBytes: number;
  /** A file whose first line is this old (milliseconds) is rotated too. */
  readonly maxAgeMs: number;
  /** The number of old files that are kept. */
  readonly keep: number;
}

/** A process that opened a log before its rotation can still write to it for this long (milliseconds). */
export const LINGER_MS = 10_000;

const DAY_MS = 24 * 60 * 60_000;
const MIB = 1_048_576;

/** If less than this is free, refused requests are not logged, and root's calls warn: 64 MiB, or 5% of a small disk. */
const RESERVE_BYTES = 64 * MIB;
const RESERVE_SHARE = 0.05;

/**
 * Reads `WHMAPI1_AUDIT_KIB` (size of a file, default 65536), `WHMAPI1_AUDIT_FILES` (number of old files, default 9) and
 * `WHMAPI1_AUDIT_ROTATE_DAYS` (default 30).
 * @throws ApiError `store_unavailable`, with the name of the invalid variable.
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

/** The space that should be free on the disk of a path. 0 if the disk cannot be read. */
export function reserveBytes(path: string): number {
  const { blocks, bsize } = space(path) ?? { blocks: 0, bsize: 0 };
  return Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
}

/**
 * Returns the free bytes if they are below the reserve and `further` bytes. Undefined if they are not, or cannot be
 * read.
 */
export function freeBelowReserve(path: string, further = 0): number | undefined {
  const disk = space(path);
  if (disk === undefined) return undefined;
  const free = disk.bavail * disk.bsize;
  return free < reserveBytes(path) + further ? free : undefined;
}

/** A sentence for administrators if less is free. */
export function spaceWarning(path: string): string | undefined {
  const free = freeBelowReserve(path);
  if (free === undefined) return undefined;
  const mebibytes = Math.floor(free / MIB);
  return (
    `The disk of “${path}” is nearly full: ${mebibytes} MiB are free. Free some space. On a full disk, only reads, ` +
    'suspensions and removals are likely to succeed.'
  );
}

function space(path: string) {
  try {
    return statfsSync(path);
  } catch {
    return undefined;
  }
}
