// Adds up the bytes of log lines by name and day: `1764144000 5120 bob.example`.

/** A line, or one of another form. */
const LINE = /(\d{10}) (\d{1,15}) ([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)\n|[^\n]*\n/y;
const MAX_NAME_LENGTH = 253;

export interface CountedBytes {
  readonly name: string;
  /** As YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly bytes: number;
}

export class ByteCounter {
  /** The number of lines that were added. */
  lines = 0;
  /** Lines that are not of the format, or whose name is not a domain name. */
  skipped = 0;
  /** The number of sums. */
  size = 0;
  #sums = new Map<number, Map<string, number>>();
  /** The day of the last line, and its sums. */
  #day = NO_DAY;
  #sumsOfDay = new Map<string, number>();

  /** @param bytes whole lines: the last byte is a newline. */
  add(bytes: Buffer): void {
    const text = bytes.toString('latin1');
    LINE.lastIndex = 0;
    for (let found; (found = LINE.exec(text)) !== null;) {
      const [, time, sent, name] = found;
      if (name === undefined || name.length > MAX_NAME_LENGTH) {
        this.skipped += 1;
        continue;
      }
      this.lines += 1;
      const seconds = Number(time);
      if (seconds < this.#day.start || seconds >= this.#day.next) this.#begin(dayAt(seconds));
      this.#addTo(name, Number(sent));
    }
  }

  /** Returns the sums, and begins again with none. @param domainOf returns the domain of a name. */
  take(domainOf: (name: string) => string): CountedBytes[] {
    const sums = this.#sums;
    this.#sums = new Map();
    this.#day = NO_DAY;
    this.size = 0;
    return [...sums].flatMap(([day, sumsOfDay]) =>
      [...sumsOfDay]
        .filter(([, bytes]) => bytes > 0)
        .map(([name, bytes]) => ({ name: domainOf(name), day, bytes })),
    );
  }

  #begin(day: Day): void {
    this.#day = day;
    this.#sumsOfDay = this.#sums.get(day.day) ?? new Map<string, number>();
    this.#sums.set(day.day, this.#sumsOfDay);
  }

  #addTo(name: string, sent: number): void {
    const sums = this.#sumsOfDay;
    const before = sums.get(name);
    if (before !== undefined) {
      sums.set(name, before + sent);
      return;
    }
    // A part of a string keeps the whole string in memory.
    sums.set(Buffer.from(name, 'latin1').toString('latin1'), sent);
    this.size += 1;
  }
}

/** Times are in seconds since 1970-01-01. */
interface Day {
  /** As YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly start: number;
  /** When the next day begins. */
  readonly next: number;
}

/** No time is in it. */
const NO_DAY: Day = { day: 0, start: 0, next: 0 };

function dayAt(seconds: number): Day {
  const date = new Date(seconds * 1000);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  return {
    day: year * 10_000 + (month + 1) * 100 + day,
    start: new Date(year, month, day).getTime() / 1000,
    next: new Date(year, month, day + 1).getTime() / 1000,
  };
}
