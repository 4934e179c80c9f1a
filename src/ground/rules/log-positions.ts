// How far logs of daemons were read. Each capability has a table for its own.
import type { Db } from '../../core/context.ts';

/** The tables have the same columns. */
export type LogTable = 'bandwidth_log' | 'mail_log';

export interface LogPosition {
  /** These two identify the file on this server, whatever its name is. */
  readonly device: string;
  readonly inode: string;
  /** In bytes: everything before it was read. */
  readonly position: number;
  /** How many bytes at the beginning of the file `headDigest` is about. */
  readonly headLength: number;
  /** SHA-256 in hexadecimal. If it differs, another file has this inode now. */
  readonly headDigest: string;
}

export interface LogMove {
  /** Undefined: the file was not read before. */
  readonly before: LogPosition | undefined;
  readonly after: LogPosition;
}

const DAY_MS = 86_400_000;
/** A rotated log is certainly removed after this time. */
const KEPT_DAYS = 60;

export function list(db: Db, table: LogTable): Promise<LogPosition[]> {
  return db.all<LogPosition>(
    `SELECT device, inode, position, head_length AS "headLength", head_digest AS "headDigest"
     FROM ${table} WHERE server = ? ORDER BY device, inode`,
    db.server,
  );
}

/** @returns false if another process has read the file in the meantime. The transaction must then not be kept. */
export async function move(
  db: Db,
  table: LogTable,
  { before, after }: LogMove,
  now: number,
): Promise<boolean> {
  const { device, inode, position, headLength, headDigest } = after;
  const values = [position, headLength, headDigest, now];
  const changed =
    before === undefined
      ? await db.run(
          `INSERT INTO ${table} (server, device, inode, position, head_length, head_digest, counted_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (server, device, inode) DO NOTHING`,
          ...[db.server, device, inode, ...values],
        )
      : await db.run(
          `UPDATE ${table} SET position = ?, head_length = ?, head_digest = ?, counted_at = ?
           WHERE server = ? AND device = ? AND inode = ? AND position = ? AND head_digest = ?`,
          ...[...values, db.server, device, inode, before.position, before.headDigest],
        );
  return changed === 1;
}

/** Forgets files that were removed long ago. */
export async function prune(db: Db, table: LogTable, now: number): Promise<void> {
  await db.run(
    `DELETE FROM ${table} WHERE server = ? AND counted_at < ?`,
    db.server,
    now - KEPT_DAYS * DAY_MS,
  );
}
