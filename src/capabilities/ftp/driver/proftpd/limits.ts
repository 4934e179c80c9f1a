// The limit table of mod_quotatab_file, as ftpquota(1) shows it: a number that identifies the kind of table, then a record
// of fixed length for each limit, in the byte order of the machine. This is that of x86-64 and of ARM.
import { Buffer } from 'node:buffer';

export interface Limit {
  /** The login. */
  readonly name: string;
  readonly bytes: number;
}

const LIMITS = Buffer.of(0x26, 0x76, 0, 0);
const TALLIES = Buffer.of(0x44, 0x76, 0, 0);
const RECORD = 126;
/** With a NUL at its end. */
const NAME = 81;
/** A longer login can have no quota. */
export const MAX_NAME = NAME - 1;
const USER_QUOTA = 20;
const HARD_LIMIT = 1;
const UNLIMITED = -1;

/** A table without records. */
export const NO_TALLIES = Uint8Array.from(TALLIES);

export function renderLimits(limits: readonly Limit[]): Uint8Array {
  return Buffer.concat([LIMITS, ...limits.map(record)]);
}

function record({ name, bytes }: Limit): Buffer {
  const written = Buffer.alloc(RECORD);
  if (Buffer.byteLength(name) > MAX_NAME) throw new TypeError('The login is too long for a quota.');
  written.write(name, 0);
  let at = written.writeUInt32LE(USER_QUOTA, NAME);
  // For all sessions together.
  at = written.writeUInt8(0, at);
  at = written.writeUInt32LE(HARD_LIMIT, at);
  at = written.writeDoubleLE(bytes, at);
  for (const unlimited of [UNLIMITED, UNLIMITED]) at = written.writeDoubleLE(unlimited, at);
  return written;
}

/** @throws TypeError if it is no such table. */
export function readLimits(table: Uint8Array): Limit[] {
  const bytes = Buffer.from(table);
  const body = bytes.subarray(LIMITS.length);
  if (!bytes.subarray(0, LIMITS.length).equals(LIMITS) || body.length % RECORD !== 0)
    throw new TypeError('This is not a table of limits.');
  return Array.from({ length: body.length / RECORD }, (_, at) => {
    const read = body.subarray(at * RECORD, (at + 1) * RECORD);
    const end = read.indexOf(0);
    return { name: read.toString('utf8', 0, end), bytes: read.readDoubleLE(NAME + 9) };
  });
}
