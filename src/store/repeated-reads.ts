// Repeated reads, in the audit log. The first calls of a minute have a line each, which is written before their response.
// Further calls that differ only in their time are counted, and are one line at the end of the minute. Otherwise, a
// program that asks the same all the time would fill the disk.
import { performance } from 'node:perf_hooks';
import type { AuditMoment, AuditRecord, CountedMoment } from '../core/audit.ts';
import { unchangingText } from './audit-line.ts';

interface RepeatedReadsOptions {
  /** @throws ApiError `store_unavailable`. */
  readonly write: (record: AuditRecord) => Promise<void>;
  readonly newXid: () => string;
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
  last: CountedMoment;
  longest: number;
  /** True once its line was written. A further call begins another one. */
  isOver: boolean;
}

export class RepeatedReads {
  readonly #write: RepeatedReadsOptions['write'];
  readonly #newXid: RepeatedReadsOptions['newXid'];
  readonly #limits: typeof defaults;
  /** In the order of their beginnings. */
  readonly #counted = new Map<string, Counted>();
  /** The same by their records: the text of a record is long, and a server may count tens of thousands a second. */
  readonly #countedOf = new WeakMap<AuditRecord, Counted>();
  #timer: NodeJS.Timeout | undefined;
  /** True if the last line could not be written. Calls then fail until it is. */
  #hasFailed = false;

  constructor({ write, newXid, limits }: RepeatedReadsOptions) {
    this.#write = write;
    this.#newXid = newXid;
    this.#limits = { ...defaults, ...limits };
  }

  /**
   * Records a read: as `record`, at a moment. It is fast if the object is the same each time.
   * @throws ApiError `store_unavailable`.
   */
  async add(record: AuditRecord, moment: AuditMoment = record): Promise<void> {
    if (this.#hasFailed) await this.flush(true);
    if (this.count([record], moment)) return;
    const key = unchangingText(record);
    await this.#write({ ...record, ...moment });
    const entry = this.#counted.get(key) ?? this.#begin(key, record, moment);
    if (entry !== undefined) entry.written += 1;
  }

  /**
   * Records the reads of a call if they only have to be counted. Returns false, and records nothing, if one needs a line
   * of its own: see `add`.
   */
  count(records: readonly AuditRecord[], moment: CountedMoment): boolean {
    if (this.#hasFailed) return false;
    const entries: Counted[] = [];
    for (const record of records) {
      const entry = this.#find(record);
      if (entry === undefined || entry.written < this.#limits.own) return false;
      entries.push(entry);
    }
    for (const entry of entries) {
      if (entry.calls === 0) entry.since = moment.time;
      entry.calls += 1;
      entry.last = moment;
      entry.longest = Math.max(entry.longest, moment.duration_ms);
    }
    return true;
  }

  /** Writes the lines that are due, or all of them. @throws ApiError `store_unavailable`; the numbers are kept then. */
  async flush(all = false): Promise<void> {
    const due = performance.now() - this.#limits.intervalMs;
    for (const [key, entry] of [...this.#counted]) {
      if (!all && entry.began > due) break;
      const { calls, since, last, longest, record } = entry;
      this.#counted.delete(key);
      entry.isOver = true;
      if (calls === 0) continue;
      const gathered = calls === 1 ? {} : { calls, since: new Date(since).toISOString() };
      try {
        const xid = last.xid ?? this.#newXid();
        await this.#write({ ...record, ...gathered, ...last, xid, duration_ms: longest });
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

  #find(record: AuditRecord): Counted | undefined {
    const known = this.#countedOf.get(record);
    if (known?.isOver === false) return known;
    const entry = this.#counted.get(unchangingText(record));
    if (entry !== undefined) this.#countedOf.set(record, entry);
    return entry;
  }

  #begin(key: string, record: AuditRecord, moment: AuditMoment): Counted | undefined {
    if (this.#counted.size >= this.#limits.different) return undefined;
    const began = performance.now();
    const entry = { record, began, written: 0, calls: 0, since: 0, last: moment, longest: 0, isOver: false };
    this.#counted.set(key, entry);
    this.#timer ??= setInterval(() => void this.flush().catch(() => undefined), this.#limits.checkMs).unref();
    return entry;
  }

  /** The number of a line that could not be written is added to what was counted meanwhile. */
  #keep(key: string, entry: Counted): void {
    this.#hasFailed = true;
    const newer = this.#counted.get(key);
    if (newer !== undefined) newer.isOver = true;
    if (newer !== undefined && newer.calls > 0) {
      entry.calls += newer.calls;
      entry.last = newer.last;
      entry.longest = Math.max(entry.longest, newer.longest);
    }
    entry.isOver = false;
    this.#counted.set(key, entry);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
