// How far the logs of bytes were counted.
import type { Db } from '../../../core/context.ts';

export interface LogFile {
  /** These two identify the file on this server, whatever its name is. */
  readonly device: string;
  readonly inode: string;
  /** In bytes: everything before it was counted. */
  readonly position: number;
  /** How many bytes at the beginning of the file `headDigest` is about. */
  readonly headLength: number;
  /** SHA-256 in hexadecimal. If it differs, another file has this inode now. */
  readonly headDigest: string;
}

export interface LogMove {
  /** Undefined: the file was not counted before. */
  readonly before: LogFile | undefined;
  readonly after: LogFile;
}

const DAY_MS = 86_400_000;
/** A rotated log is certainly removed after this time. */
const KEPT_DAYS = 60;

export function list(db: Db): Promise<LogFile[]> {
  return db.all<LogFile>(
    `SELECT device, inode, position, head_length AS "headLength", head_digest AS "headDigest"
     FROM bandwidth_log WHERE server = ? ORDER BY device, inode`,
    db.server,
  );
}

/** @returns false if another process has counted the file in the meantime. The transaction must then not be kept. */
export async function move(db: Db, { before, after }: LogMove, now: number): Promise<boolean> {
  const { device, inode, position, headLength, headDigest } = after;
  const values = [position, headLength, headDigest, now];
  const changed =
    before === undefined
      ? await db.run(
          `INSERT INTO bandwidth_log (server, device, inode, position, head_length, head_digest, counted_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (server, device, inode) DO NOTHING`,
          ...[db.server, device, inode, ...values],
        )
      : await db.run(
          `UPDATE bandwidth_log SET position = ?, head_length = ?, head_digest = ?, counted_at = ?
           WHERE server = ? AND device = ? AND inode = ? AND position = ? AND head_digest = ?`,
          ...[...values, db.server, device, inode, before.position, before.headDigest],
        );
  return changed === 1;
}

/** Forgets files that were removed long ago. */
export async function prune(db: Db, now: number): Promise<void> {
  await db.run(
    'DELETE FROM bandwidth_log WHERE server = ? AND counted_at < ?',
    db.server,
    now - KEPT_DAYS * DAY_MS,
  );
}
