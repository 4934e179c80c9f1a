// Refused requests of strangers, in the audit log. The first request of an address gets a line at once. After that,
// each address gets one line per interval, with the number of requests. Otherwise, anybody could fill the disk without
// a login.
import { performance } from 'node:perf_hooks';
import ipaddr from 'ipaddr.js';
import type { AuditRecord } from '../core/audit.ts';
import { withoutDots } from '../model/addresses/ipv4-within.ts';

export interface RefusedRequest {
  readonly address: string;
  readonly authentication: string;
  /** `login`, or the name of a function. */
  readonly command: string;
  /** As the request contained it. */
  readonly user: string;
  readonly problem: string;
}

/** The function name of summaries in the log. */
export const SUMMARY = 'refused requests';

export interface RefusedRequestsOptions {
  readonly write: (record: AuditRecord) => Promise<void>;
  /** False while the disk is below its reserve. */
  readonly hasSpace: () => boolean;
  readonly newXid: () => string;
  readonly now: () => number;
  readonly limits?: Partial<typeof defaults>;
}

const defaults = {
  intervalMs: 60_000,
  /** Further addresses share one entry. */
  addresses: 1024,
  bytesPerHour: 1_048_576,
};

const HOUR_MS = 60 * 60_000;
const OTHERS = 'other addresses';
/** How many users and functions a summary names. */
const NAMED = 5;
const MAX_NAME_LENGTH = 64;

interface Counted {
  /** By the wall clock, for people. */
  since: number;
  /** By the monotonic clock, so that a jump of the wall clock neither hides nor repeats a summary. */
  began: number;
  requests: number;
  readonly users: Set<string>;
  readonly functions: Set<string>;
  readonly problems: Set<string>;
}

export class RefusedRequests {
  readonly #options: RefusedRequestsOptions;
  readonly #limits: typeof defaults;
  readonly #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #hour = { began: -Infinity, bytes: 0, isTold: false };

  constructor(options: RefusedRequestsOptions) {
    this.#options = options;
    this.#limits = { ...defaults, ...options.limits };
  }

  /** Never throws: a request is refused even if its line cannot be written. */
  async add(request: RefusedRequest): Promise<void> {
    const source = this.#keyOf(request.address);
    const known = this.#counted.get(source);
    this.#startTimer();
    if (known !== undefined) {
      count(known, request);
      return;
    }
    const entry = this.#begin(source);
    if (source !== OTHERS && (await this.#write(this.#lineOf(request)))) return;
    count(entry, request);
  }

  /** Writes the summaries that are due, or all of them. */
  async flush(all = false): Promise<void> {
    const due = performance.now() - this.#limits.intervalMs;
    for (const [source, entry] of [...this.#counted]) {
      if (!all && entry.began > due) continue;
      this.#counted.delete(source);
      if (entry.requests === 0) continue;
      // The next interval begins. Its first request is only counted, because the summary is enough.
      if (await this.#write(this.#summaryOf(source, entry))) this.#begin(source);
      else this.#merge(source, entry);
    }
    if (this.#counted.size === 0) this.#stopTimer();
  }

  async close(): Promise<void> {
    this.#stopTimer();
    await this.flush(true);
    this.#stopTimer();
  }

  #keyOf(address: string): string {
    const source = sourceOf(address);
    if (this.#counted.has(source) || this.#counted.size < this.#limits.addresses) return source;
    return OTHERS;
  }

  #begin(source: string): Counted {
    const entry: Counted = {
      since: this.#options.now(),
      began: performance.now(),
      requests: 0,
      users: new Set(),
      functions: new Set(),
      problems: new Set(),
    };
    this.#counted.set(source, entry);
    return entry;
  }

  /** A summary that could not be written is counted on, together with the requests that came meanwhile. */
  #merge(source: string, entry: Counted): void {
    const newer = this.#counted.get(source);
    entry.began = performance.now();
    if (newer !== undefined) entry.requests += newer.requests;
    this.#counted.set(source, entry);
  }

  /** Returns false if the disk or the budget has no space for the line, or if it could not be written. */
  async #write(record: AuditRecord): Promise<boolean> {
    const at = performance.now();
    if (at - this.#hour.began >= HOUR_MS) this.#hour = { began: at, bytes: 0, isTold: false };
    if (!this.#options.hasSpace()) return false;
    // Approximate, because the time is written in another form.
    const bytes = Buffer.byteLength(JSON.stringify(record));
    try {
      if (this.#hour.bytes + bytes > this.#limits.bytesPerHour) {
        if (!this.#hour.isTold) {
          this.#hour.isTold = true;
          await this.#options.write(this.#budgetLine());
        }
        return false;
      }
      this.#hour.bytes += bytes;
      await this.#options.write(record);
      return true;
    } catch {
      return false;
    }
  }

  #lineOf({ address, authentication, command, user, problem }: RefusedRequest): AuditRecord {
    const origin = { address, authentication };
    return { ...this.#refused(user, command, problem), ...origin };
  }

  #summaryOf(source: string, { since, requests, users, functions, problems }: Counted): AuditRecord {
    const [problem = 'denied'] = problems;
    return {
      ...this.#refused('', SUMMARY, problem),
      address: source,
      arguments: [
        ['requests', requests],
        ['since', new Date(since).toISOString()],
        ['users', [...users].join(', ')],
        ['functions', [...functions].join(', ')],
      ],
    };
  }

  #budgetLine(): AuditRecord {
    const kib = Math.round(this.#limits.bytesPerHour / 1024);
    return {
      ...this.#refused('', SUMMARY, 'denied'),
      arguments: [
        [
          'note',
          `The limit of ${kib} KiB an hour for rejected requests is reached. Further ones are only counted.`,
        ],
      ],
    };
  }

  #refused(caller: string, command: string, problem: string): AuditRecord {
    const { newXid, now } = this.#options;
    const about = { time: now(), xid: newXid(), caller, function: command, arguments: [] };
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

function count(entry: Counted, { user, command, problem }: RefusedRequest): void {
  entry.requests++;
  const values = [
    [entry.users, user],
    [entry.functions, command],
    [entry.problems, problem],
  ] as const;
  for (const [set, value] of values) {
    if (value !== '' && set.size < NAMED) set.add(value.slice(0, MAX_NAME_LENGTH).toWellFormed());
  }
}

/** Returns an IPv4 address, or the /64 of an IPv6 address. One person usually has the whole /64. */
export function sourceOf(address: string): string {
  const [bare = ''] = withoutDots(address).split('%');
  if (!ipaddr.isValid(bare)) return bare.slice(0, MAX_NAME_LENGTH);
  // An address such as ::ffff:192.0.2.1 becomes the IPv4 address in it.
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
