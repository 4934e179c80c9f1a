// The runs of the check, and their logs: the log of a run is that of its task.
import type { Db, FreeContext } from '../../../../core/context.ts';
import { notFound } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';

/** WHM’s name for all accounts. */
export const ALL_USERS = '*';

export const lineTypes = ['out', 'warn', 'success', 'failure'] as const;
export type LineType = (typeof lineTypes)[number];

export interface Run {
  /** `2026-11-26T08:06:00Z` */
  readonly startTime: string;
  readonly task: number;
  /** The account, or ALL_USERS. */
  readonly username: string;
  readonly provider: string;
  /** Milliseconds since 1970-01-01. Null if it has not ended. */
  readonly endedAt: number | null;
}

const COLUMNS = 'start_time AS "startTime", task, username, provider, ended_at AS "endedAt"';

/** The latest first. */
export function list(db: Db): Promise<Run[]> {
  return db.all<Run>(
    `SELECT ${COLUMNS} FROM autossl_run WHERE server = ? ORDER BY start_time DESC`,
    db.server,
  );
}

/**
 * Stores that a task has begun its run, or goes on with it.
 * @returns its start time, which no other run has: if two begin in the same second, the later one gets the next.
 */
export async function begin(
  db: Db,
  { task, username, provider }: Pick<Run, 'task' | 'username' | 'provider'>,
  now: number,
): Promise<string> {
  const earlier = await db.get<{ startTime: string }>(
    'SELECT start_time AS "startTime" FROM autossl_run WHERE server = ? AND task = ?',
    ...[db.server, task],
  );
  if (earlier !== undefined) {
    await db.run(
      'UPDATE autossl_run SET ended_at = NULL WHERE server = ? AND start_time = ?',
      ...[db.server, earlier.startTime],
    );
    return earlier.startTime;
  }
  for (let time = now; ; time += 1000) {
    const startTime = toSeconds(time);
    const isNew = await db.run(
      `INSERT INTO autossl_run (server, start_time, task, username, provider) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (server, start_time) DO NOTHING`,
      ...[db.server, startTime, task, username, provider],
    );
    if (isNew === 1) return startTime;
  }
}

export async function end(db: Db, startTime: string, now: number): Promise<void> {
  await db.run(
    'UPDATE autossl_run SET ended_at = ? WHERE server = ? AND start_time = ?',
    ...[now, db.server, startTime],
  );
}

/** Forgets the runs whose tasks, and with them their logs, are no longer kept. */
export async function prune(db: Db): Promise<void> {
  await db.run('DELETE FROM autossl_run WHERE server = ? AND task NOT IN (SELECT id FROM task)', db.server);
}

/** WHM’s format of times: UTC, in seconds. */
export function toSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A line of a run, as it is in the task’s log. */
export function formatLine(type: LineType, indent: number, text: string): string {
  return `[${type}] ${'  '.repeat(indent)}${text}`;
}

export interface LogLine {
  readonly timestamp: string;
  readonly type: LineType;
  readonly indent: number;
  readonly contents: string;
}

const LINE = /^(\S+) (?:\[(out|warn|success|failure)\] )?((?: {2})*)(.*)$/;

/** Reads a line of a task’s log. Lines of the worker itself have no type. */
function parseLine(line: string): LogLine {
  const [, timestamp = '', type = 'out', indent = '', contents = ''] = LINE.exec(line) ?? [];
  const seconds = timestamp.replace(/\.\d+Z$/, 'Z');
  return { timestamp: seconds, type: type as LineType, indent: indent.length / 2, contents };
}

/** @throws ApiError `not_found` */
export async function readLog(
  { transaction, taskLog }: FreeContext,
  startTime: string,
): Promise<{ readonly task: number; readonly lines: readonly LogLine[] }> {
  const run = (await transaction('reads', list)).find((one) => one.startTime === startTime);
  if (run === undefined) {
    throw notFound(
      `No run of AutoSSL started at ${quote(startTime)}. get_autossl_logs_catalog lists the runs with their start_time.`,
    );
  }
  const piece = await taskLog(run.task, 0);
  return { task: run.task, lines: (piece?.lines ?? []).map(parseLine) };
}
