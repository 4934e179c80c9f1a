// The two logs in the state directory, one JSON object a line: what was called, and what went wrong unexpectedly.
import { closeSync, constants, fdatasyncSync, fstatSync, readSync, writeSync } from 'node:fs';
import type { AuditRecord } from '../core/audit.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const AUDIT = 'audit.log';
const ERRORS = 'error.log';

/** Appends a line to the audit log; `durable` waits until it is on the disk. @throws ApiError `store_unavailable`. */
export function appendAudit(directory: StateDirectory, record: AuditRecord, durable: boolean): void {
  const line = { ...record, time: new Date(record.time).toISOString() };
  try {
    append(directory, AUDIT, line, durable);
  } catch (error) {
    throw unavailable(error, directory.file(AUDIT));
  }
}

/** Keeps an unexpected error's text and stack; returns a sentence that says where. */
export function logUnexpected(
  directory: StateDirectory,
  entry: { readonly time: number; readonly xid: string; readonly function: string; readonly error: unknown },
): string {
  const { error } = entry;
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    append(directory, ERRORS, { ...entry, time: new Date(entry.time).toISOString(), error: details }, false);
    return `Its details stand in “${directory.file(ERRORS)}” under that id.`;
  } catch {
    return `Its details could not be written to “${directory.file(ERRORS)}”.`;
  }
}

function append(directory: StateDirectory, name: string, entry: object, durable: boolean): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const descriptor = directory.open(name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW);
  try {
    // One write of a whole line: with O_APPEND, lines of several processes never mix.
    const line = Buffer.from(`${endsInsideLine(descriptor) ? '\n' : ''}${JSON.stringify(entry)}\n`);
    if (writeSync(descriptor, line) < line.length) {
      throw Object.assign(new Error('A line was cut short.'), { code: 'ENOSPC' });
    }
    if (durable) fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** True when a full disk cut the last line short: the next one must not be glued to it. */
function endsInsideLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}
