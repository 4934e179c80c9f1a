// The names of a long list, and where each is in it.

/** The names of a list, each once, in their order. */
export class NameIndex {
  readonly names: readonly string[];
  /** Made when it is needed: names in the same order need none. */
  #indexes: ReadonlyMap<string, number> | undefined;
  /** Where `forEachIndexOf` expects the next name. */
  #next = 0;

  constructor(given: readonly string[]) {
    this.names = isAscending(given) ? given : [...new Set(given)];
  }

  /** The index of a name, or -1. */
  indexOf(name: string): number {
    this.#indexes ??= new Map(this.names.map((one, index) => [one, index]));
    return this.#indexes.get(name) ?? -1;
  }

  /**
   * Tells the index of each of these names that is in the list. Fast if most follow each other in both, also from one
   * call to the next: then no name becomes a string of its own.
   * @param others names with spaces between them.
   */
  forEachIndexOf(others: string, tell: (index: number) => void): void {
    let next = this.#next;
    for (let at = 0; at < others.length;) {
      const expected = this.names[next] ?? '';
      let end = at + expected.length;
      if (!others.startsWith(expected, at) || (others[end] ?? ' ') !== ' ') {
        end = others.indexOf(' ', at);
        if (end < 0) end = others.length;
        next = this.indexOf(others.slice(at, end));
      }
      if (next >= 0) tell(next);
      next += 1;
      at = end + 1;
    }
    this.#next = next;
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
