// Who has just guessed a password of mail waits before the next one is checked. Dovecot’s own penalties count the address
// alone: a program of one account would delay webmail and the programs of all others, which have the address of the loopback.

const FIRST_SECONDS = 2;
const MAX_SECONDS = 15;
const MAX_LEVEL = 4;
/** Attempts at the same time wait for each other. Who would wait for longer is refused. */
const MAX_QUEUE_SECONDS = 60;
/** Beyond this number, the oldest is forgotten. */
const MAX_SOURCES = 10_000;
/** The wrong passwords of a source that count once. */
const MAX_TRACES = 20;

interface Penalty {
  level: number;
  /** When the level last changed, in milliseconds since 1970-01-01. */
  since: number;
  /** The next attempt is not checked before. */
  free: number;
  readonly traces: Set<string>;
  /** When each attempt that waits is checked. Dovecot asks again if its password is right. */
  readonly waiting: Map<string, number>;
}

export class MailPenalties {
  readonly #now: () => number;
  readonly #sources = new Map<string, Penalty>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param trace what attempts with the same name and password have in common.
   * @returns the seconds that an attempt waits. Undefined: it is refused.
   */
  waitOf(source: string | undefined, trace: string): number | undefined {
    const penalty = source === undefined ? undefined : this.#current(source);
    if (penalty === undefined) return 0;
    const now = this.#now();
    const due = penalty.waiting.get(trace);
    if (due !== undefined && due <= now) {
      penalty.waiting.delete(trace);
      return 0;
    }
    const until = Math.max(penalty.free, now) + secondsOf(penalty.level) * 1000;
    const wait = Math.ceil((until - now) / 1000);
    if (wait > MAX_QUEUE_SECONDS) return undefined;
    penalty.free = until;
    for (const [other, at] of penalty.waiting)
      if (at + MAX_QUEUE_SECONDS * 1000 < now) penalty.waiting.delete(other);
    penalty.waiting.set(trace, until);
    return wait;
  }

  /** The password was wrong. A program that repeats one guesses nothing. */
  add(source: string | undefined, trace: string): void {
    if (source === undefined) return;
    const now = this.#now();
    const known = this.#current(source);
    known?.waiting.delete(trace);
    if (known?.traces.has(trace) === true) return;
    const penalty = known ?? {
      ...{ level: 0, since: now, free: now },
      ...{ traces: new Set<string>(), waiting: new Map<string, number>() },
    };
    penalty.level = Math.min(penalty.level + 1, MAX_LEVEL);
    penalty.since = now;
    if (penalty.traces.size < MAX_TRACES) penalty.traces.add(trace);
    this.#sources.delete(source);
    this.#sources.set(source, penalty);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MAX_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
  }

  /** Each level ends after as long as it makes wait. */
  #current(source: string): Penalty | undefined {
    const penalty = this.#sources.get(source);
    if (penalty === undefined) return undefined;
    const now = this.#now();
    // The clock was set back.
    if (penalty.since > now) penalty.since = now;
    for (; penalty.level > 0; penalty.level--) {
      const length = secondsOf(penalty.level) * 1000;
      if (Math.max(penalty.since, penalty.free) + length > now) break;
      penalty.since = Math.max(penalty.since, penalty.free) + length;
      penalty.free = penalty.since;
    }
    if (penalty.level > 0) return penalty;
    this.#sources.delete(source);
    return undefined;
  }
}

const secondsOf = (level: number) => Math.min(FIRST_SECONDS ** level, MAX_SECONDS);
