// Failures of one source, such as an address or an account, in the audit log. The first ones of an interval get a line
// each at once. The others are one line at its end, with their number. Otherwise, one source could fill the disk.
import { performance } from 'node:perf_hooks';
import type { AuditRecord } from '../core/audit.ts';

export interface SummarisedFailuresOptions {
  readonly write: (record: AuditRecord) => Promise<void>;
  /** False while the disk is below its reserve. */
  readonly hasSpace: () => boolean;
  readonly newXid: () => string;
  readonly now: () => number;
  readonly limits?: Partial<Limits>;
}

/** What the sources are. */
export interface Sources {
  /** The function name of their summaries in the log. */
  readonly summary: string;
  /** How notes name what is counted. */
  readonly failures: string;
  /** The sources beyond the table’s size are one. */
  readonly others: string;
  /** The field of a summary that names its source. */
  readonly field: 'address' | 'caller';
  readonly limits: Limits;
}

export interface Limits {
  readonly intervalMs: number;
  /** The number of failures in an interval that have a line of their own. */
  readonly own: number;
  /** The size of the table. */
  readonly sources: number;
  readonly bytesPerHour: number;
  /** True if each source has its own bytes. Otherwise, all share them. */
  readonly hasOwnBytes: boolean;
}

const HOUR_MS = 60 * 60_000;
/** How many users and functions a summary names. */
const NAMED = 5;
export const MAX_NAME_LENGTH = 64;

interface Counted {
  /** By the wall clock, for people. */
  since: number;
  /** By the monotonic clock, so that a jump of the wall clock neither hides nor repeats a summary. */
  began: number;
  written: number;
  requests: number;
  readonly users: Set<string>;
  readonly functions: Set<string>;
  readonly problems: Set<string>;
}

interface Hour {
  readonly began: number;
  bytes: number;
  isTold: boolean;
}

export class SummarisedFailures {
  readonly #options: SummarisedFailuresOptions;
  readonly #sources: Sources;
  readonly #limits: Limits;
  readonly #counted = new Map<string, Counted>();
  /** What was written in the present hour. The key is a source, or empty if all share the bytes. */
  readonly #hours = new Map<string, Hour>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: Sources, options: SummarisedFailuresOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#limits = { ...sources.limits, ...options.limits };
  }

  /** Never throws: the failure is answered even if its line cannot be written. */
  async add(given: string, record: AuditRecord): Promise<void> {
    const source = this.#keyOf(given);
    this.#startTimer();
    const entry = this.#counted.get(source) ?? this.#begin(source);
    if (source !== this.#sources.others && entry.written < this.#limits.own) {
      entry.written++;
      if (await this.#write(source, record)) return;
    }
    count(this.#counted.get(source) ?? this.#begin(source), record);
  }

  /** Writes the summaries that are due, or all of them. */
  async flush(all = false): Promise<void> {
    const due = performance.now() - this.#limits.intervalMs;
    for (const [source, entry] of [...this.#counted]) {
      if (!all && entry.began > due) continue;
      this.#counted.delete(source);
      if (entry.requests === 0) continue;
      // The next interval begins, also for what comes while this line is written. Its failures are only counted, because the
      // summary is enough.
      this.#begin(source).written = this.#limits.own;
      if (!(await this.#write(source, this.#summaryOf(source, entry)))) this.#merge(source, entry);
    }
    for (const [key, { began }] of this.#hours)
      if (performance.now() - began >= HOUR_MS) this.#hours.delete(key);
    if (this.#counted.size === 0) this.#stopTimer();
  }

  async close(): Promise<void> {
    this.#stopTimer();
    await this.flush(true);
    this.#stopTimer();
  }

  #keyOf(source: string): string {
    if (this.#counted.has(source) || this.#counted.size < this.#limits.sources) return source;
    return this.#sources.others;
  }

  #begin(source: string): Counted {
    const entry: Counted = {
      since: this.#options.now(),
      began: performance.now(),
      written: 0,
      requests: 0,
      users: new Set(),
      functions: new Set(),
      problems: new Set(),
    };
    this.#counted.set(source, entry);
    return entry;
  }

  /** A summary that could not be written is counted on, together with the failures that came meanwhile. */
  #merge(source: string, entry: Counted): void {
    const newer = this.#counted.get(source);
    entry.began = performance.now();
    if (newer !== undefined) entry.requests += newer.requests;
    this.#counted.set(source, entry);
  }

  /** Returns false if the disk or the budget has no space for the line, or if it could not be written. */
  async #write(source: string, record: AuditRecord): Promise<boolean> {
    const hour = this.#hourOf(this.#limits.hasOwnBytes ? source : '');
    if (!this.#options.hasSpace()) return false;
    // Approximate, because the time is written in another form.
    const bytes = Buffer.byteLength(JSON.stringify(record));
    try {
      if (hour.bytes + bytes > this.#limits.bytesPerHour) {
        if (!hour.isTold) {
          hour.isTold = true;
          await this.#options.write(this.#budgetLine(source));
        }
        return false;
      }
      hour.bytes += bytes;
      await this.#options.write(record);
      return true;
    } catch {
      return false;
    }
  }

  #hourOf(key: string): Hour {
    const at = performance.now();
    const known = this.#hours.get(key);
    if (known !== undefined && at - known.began < HOUR_MS) return known;
    const hour = { began: at, bytes: 0, isTold: false };
    this.#hours.set(key, hour);
    return hour;
  }

  #summaryOf(source: string, { since, requests, users, functions, problems }: Counted): AuditRecord {
    const [problem = 'denied'] = problems;
    const { field } = this.#sources;
    return {
      ...this.#line(problem),
      [field]: source,
      arguments: [
        ['requests', requests],
        ['since', new Date(since).toISOString()],
        ...(field === 'caller' ? [] : [['users', [...users].join(', ')] as const]),
        ['functions', [...functions].join(', ')],
      ],
    };
  }

  #budgetLine(source: string): AuditRecord {
    const kib = Math.round(this.#limits.bytesPerHour / 1024);
    const { failures, field } = this.#sources;
    return {
      ...this.#line('denied'),
      ...(this.#limits.hasOwnBytes ? { [field]: source } : {}),
      arguments: [
        [
          'note',
          `The limit of ${kib} KiB an hour for ${failures} is reached. Further ones are only counted.`,
        ],
      ],
    };
  }

  #line(problem: string): AuditRecord {
    const { newXid, now } = this.#options;
    const about = { time: now(), xid: newXid(), caller: '', function: this.#sources.summary, arguments: [] };
    return { ...about, result: 0, error_code: problem, duration_ms: 0 };
  }

  #startTimer(): void {
    this.#timer ??= setInterval(() => void this.flush(), this.#limits.intervalMs).unref();
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function count(entry: Counted, { caller, function: command, error_code: problem = '' }: AuditRecord): void {
  entry.requests++;
  const values = [
    [entry.users, caller],
    [entry.functions, command],
    [entry.problems, problem],
  ] as const;
  for (const [set, value] of values) {
    if (value !== '' && set.size < NAMED) set.add(value.slice(0, MAX_NAME_LENGTH).toWellFormed());
  }
}
