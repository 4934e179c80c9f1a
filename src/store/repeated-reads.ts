// Repeated reads, in the audit log. The first calls of a minute have a line each, which is written before their response.
// Further calls that differ only in their time are counted, and are one line at the end of the minute. Otherwise, a
// program that asks the same all the time would fill the disk.
import { performance } from 'node:perf_hooks';
import type { AuditRecord } from '../core/audit.ts';
import { unchangingText } from './audit-line.ts';

type Moment = Pick<AuditRecord, 'time' | 'xid' | 'duration_ms'>;

interface RepeatedReadsOptions {
  /** @throws ApiError `store_unavailable`. */
  readonly write: (record: AuditRecord) => Promise<void>;
  readonly limits?: Partial<typeof defaults>;
}

const defaults = {
  intervalMs: 60_000,
  /** How often due lines are written. */
  checkMs: 10_000,
  /** The number of calls in an interval that have a line of their own. */
  own: 30,
  /** The number of different calls that are counted. Each call beyond has a line of its own. */
  different: 1000,
};

interface Counted {
  readonly record: AuditRecord;
  /** By the monotonic clock, so that a jump of the wall clock does not delay the line. */
  readonly began: number;
  written: number;
  calls: number;
  since: number;
  last: Moment;
  longest: number;
}

export class RepeatedReads {
  readonly #write: RepeatedReadsOptions['write'];
  readonly #limits: typeof defaults;
  /** In the order of their beginnings. */
  readonly #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  /** True if the last line could not be written. Calls then fail until it is. */
  #hasFailed = false;

  constructor({ write, limits }: RepeatedReadsOptions) {
    this.#write = write;
    this.#limits = { ...defaults, ...limits };
  }

  /** Records a read. @throws ApiError `store_unavailable`. */
  async add(record: AuditRecord): Promise<void> {
    if (this.#hasFailed) await this.flush(true);
    const key = unchangingText(record);
    const counted = this.#counted.get(key);
    if (counted !== undefined && counted.written >= this.#limits.own) return count(counted, record);
    await this.#write(record);
    const entry = this.#counted.get(key) ?? this.#begin(key, record);
    if (entry !== undefined) entry.written += 1;
  }

  /** Writes the lines that are due, or all of them. @throws ApiError `store_unavailable`; the numbers are kept then. */
  async flush(all = false): Promise<void> {
    const due = performance.now() - this.#limits.intervalMs;
    for (const [key, entry] of [...this.#counted]) {
      if (!all && entry.began > due) break;
      const { calls, since, last, longest, record } = entry;
      this.#counted.delete(key);
      if (calls === 0) continue;
      const gathered = calls === 1 ? {} : { calls, since: new Date(since).toISOString() };
      try {
        await this.#write({ ...record, ...gathered, ...last, duration_ms: longest });
        this.#hasFailed = false;
      } catch (error) {
        this.#keep(key, entry);
        throw error;
      }
    }
    if (this.#counted.size === 0) this.#stopTimer();
  }

  /** Writes all numbers. */
  async close(): Promise<void> {
    this.#stopTimer();
    await this.flush(true).catch(() => undefined);
    this.#stopTimer();
  }

  #begin(key: string, record: AuditRecord): Counted | undefined {
    if (this.#counted.size >= this.#limits.different) return undefined;
    const began = performance.now();
    const entry = { record, began, written: 0, calls: 0, since: 0, last: record as Moment, longest: 0 };
    this.#counted.set(key, entry);
    this.#timer ??= setInterval(() => void this.flush().catch(() => undefined), this.#limits.checkMs).unref();
    return entry;
  }

  /** The number of a line that could not be written is added to what was counted meanwhile. */
  #keep(key: string, entry: Counted): void {
    this.#hasFailed = true;
    const newer = this.#counted.get(key);
    if (newer !== undefined && newer.calls > 0) {
      entry.calls += newer.calls;
      entry.last = newer.last;
      entry.longest = Math.max(entry.longest, newer.longest);
    }
    this.#counted.set(key, entry);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function count(entry: Counted, { time, xid, duration_ms }: AuditRecord): void {
  if (entry.calls === 0) entry.since = time;
  entry.calls += 1;
  entry.last = { time, xid, duration_ms };
  entry.longest = Math.max(entry.longest, duration_ms);
}
