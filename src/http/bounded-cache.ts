// A cache of limited size. The least recently used entry is removed first.

export interface Bounds {
  readonly entries: number;
  /** The limit for all entries together, in the unit of `size`. */
  readonly size: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly size: number;
}

export class BoundedCache<Value> {
  readonly #bounds: Bounds;
  /** The least recently used entry comes first. */
  readonly #entries = new Map<string, Entry<Value>>();
  #size = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** An entry above the limit is not stored. */
  set(key: string, value: Value, size: number): void {
    this.#remove(key);
    if (size > this.#bounds.size) return;
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#bounds.size && this.#entries.size <= this.#bounds.entries) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
  }
}
