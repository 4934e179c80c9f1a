// Sums of bytes by name and day, in an array for each day: a thread can send these quickly to another.

export interface CountedBytes {
  readonly name: string;
  /** As YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly bytes: number;
}

export interface ByteSums {
  /** Each name once. */
  readonly names: readonly string[];
  /** For each day, the bytes of each name, by its position in `names`. Names without bytes may be missing at the end. */
  readonly days: readonly (readonly [day: number, bytes: Float64Array])[];
}

export const NO_SUMS: ByteSums = { names: [], days: [] };

/** The number of sums, with those that are 0. */
export const sizeOf = ({ days }: ByteSums): number => days.reduce((size, [, sums]) => size + sums.length, 0);

export function addSums(one: ByteSums, other: ByteSums): ByteSums {
  if (one.days.length === 0) return other;
  if (other.days.length === 0) return one;
  const numbers = new Map(one.names.map((name, number) => [name, number]));
  const names = [...one.names];
  const places = other.names.map((name) => numbers.get(name) ?? names.push(name) - 1);
  const days = new Map(one.days.map(([day, sums]) => [day, withRoom(sums, names.length)]));
  for (const [day, sums] of other.days) {
    const added = days.get(day) ?? new Float64Array(names.length);
    for (const [at, bytes] of sums.entries()) {
      const place = places[at] ?? 0;
      added[place] = (added[place] ?? 0) + bytes;
    }
    days.set(day, added);
  }
  return { names, days: [...days] };
}

/** A copy with at least so many sums. */
export function withRoom(sums: Float64Array, size: number): Float64Array {
  const copy = new Float64Array(Math.max(size, sums.length));
  copy.set(sums);
  return copy;
}

/** @param domainOf returns the domain of a name. */
export function listOf({ names, days }: ByteSums, domainOf: (name: string) => string): CountedBytes[] {
  const domains = names.map(domainOf);
  const list: CountedBytes[] = [];
  for (const [day, sums] of days) {
    for (const [at, name] of domains.entries()) {
      const bytes = sums[at] ?? 0;
      if (bytes > 0) list.push({ name, day, bytes });
    }
  }
  return list;
}
