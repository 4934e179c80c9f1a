// The names of a long list, and where each is in it.

/** The names of a list, each once, in their order. */
export class NameIndex {
  readonly names: readonly string[];
  /** Made when it is needed: names in the same order need none. */
  #indexes: ReadonlyMap<string, number> | undefined;

  constructor(given: readonly string[]) {
    this.names = isAscending(given) ? given : [...new Set(given)];
  }

  /** The index of a name, or -1. */
  indexOf(name: string): number {
    this.#indexes ??= new Map(this.names.map((one, index) => [one, index]));
    return this.#indexes.get(name) ?? -1;
  }

  /** Yields the index of each of these names that is in the list. Fast if most follow each other in both. */
  *indexesOf(others: readonly string[]): Generator<number> {
    let next = 0;
    for (const name of others) {
      if (this.names[next] !== name) next = this.indexOf(name);
      if (next >= 0) yield next;
      next += 1;
    }
  }
}

function isAscending(names: readonly string[]): boolean {
  let last = '';
  for (const name of names) {
    if (name <= last) return false;
    last = name;
  }
  return true;
}
