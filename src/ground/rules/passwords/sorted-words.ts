// Stores ranked words in one sorted text and searches the text directly. Loading it needs no parsing and no table in
// memory.

/** Words and their ranks. The most common word has rank 1. */
export type Ranking = ReadonlyMap<string, number>;

/** Ranks by word, for zxcvbn. A word that is not in the dictionary has no rank. */
export type Ranks = Readonly<Record<string, number>>;

const NEWLINE = 0x0a;
const TAB = 0x09;
const RADIX = 36;

/**
 * Builds the text. The first line is JSON: the name of each dictionary, and the length of its longest word. Each other
 * line has a word, followed, after tabs, by the number of each of its dictionaries and the word's rank there, in base
 * 36: `monkey␉0:k␉3:2x`. Words are sorted by their UTF-8 bytes.
 */
export function sortWords(rankings: Readonly<Record<string, Ranking>>): Uint8Array {
  const ranks = new Map<string, Map<number, number>>();
  const longest: Record<string, number> = {};
  Object.entries(rankings).forEach(([name, ranking], dictionary) => {
    longest[name] = 0;
    for (const [word, rank] of ranking) {
      longest[name] = Math.max(longest[name], word.length);
      // The packages have no such word. A tab ends a word in the text, and must sort before every character of a word.
      if (/[\t\n]/.test(word))
        throw new Error(`The word ${JSON.stringify(word)} contains a tab or a newline.`);
      const known = ranks.get(word) ?? new Map<number, number>();
      ranks.set(word, known.set(dictionary, rank));
    }
  });
  const lines = [...ranks].map(([word, known]) => {
    const fields = [...known].map(([dictionary, rank]) => `${dictionary}:${rank.toString(RADIX)}`);
    return { word: Buffer.from(word), text: [word, ...fields].join('\t') };
  });
  lines.sort((one, other) => one.word.compare(other.word));
  return Buffer.from([JSON.stringify(longest), ...lines.map(({ text }) => text), ''].join('\n'));
}

export class SortedWords {
  readonly #text: Buffer;
  /** The position of the first word. */
  readonly #start: number;
  readonly #names: readonly string[];
  /**
   * Results of earlier searches. Every dictionary is searched for the same words, and variants of a password share
   * parts.
   */
  readonly #known = new Map<string, readonly (number | undefined)[]>();
  /** The length of the longest word of each dictionary, in UTF-16 units. */
  readonly longest: Readonly<Record<string, number>>;

  constructor(text: Uint8Array) {
    this.#text = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    this.#start = this.#text.indexOf(NEWLINE) + 1;
    this.longest = JSON.parse(this.#text.toString('utf8', 0, this.#start)) as Record<string, number>;
    this.#names = Object.keys(this.longest);
  }

  /** Each dictionary as an object. Reading a property searches the text. */
  get dictionaries(): Record<string, Ranks> {
    const ranksOf = (dictionary: number) =>
      new Proxy<Ranks>({}, { get: (_none, word) => this.#ranks(String(word))[dictionary] });
    return Object.fromEntries(this.#names.map((name, dictionary) => [name, ranksOf(dictionary)]));
  }

  /** Deletes the results of earlier searches, because the words are parts of passwords. */
  forget(): void {
    this.#known.clear();
  }

  #ranks(word: string): readonly (number | undefined)[] {
    let ranks = this.#known.get(word);
    if (ranks === undefined) {
      ranks = this.#find(word);
      this.#known.set(word, ranks);
    }
    return ranks;
  }

  /** A binary search over the bytes. Lines are short, so loops are faster than the methods of Buffer. */
  #find(word: string): readonly (number | undefined)[] {
    const text = this.#text;
    const sought = Buffer.from(word);
    let low = this.#start;
    let high = text.length;
    while (low < high) {
      let line = (low + high) >>> 1;
      while (line > low && text[line - 1] !== NEWLINE) line -= 1;
      let at = 0;
      while (at < sought.length && sought[at] === text[line + at]) at += 1;
      const next = text[line + at] ?? NEWLINE;
      if (at === sought.length && next === TAB) return this.#read(line + at + 1);
      // A tab follows the word of a line. It is less than every byte of a word.
      if ((sought[at] ?? TAB) < next) {
        high = line;
      } else {
        low = line + at;
        while (text[low] !== NEWLINE) low += 1;
        low += 1;
      }
    }
    return [];
  }

  #read(start: number): readonly (number | undefined)[] {
    const fields = this.#text.toString('latin1', start, this.#text.indexOf(NEWLINE, start));
    const ranks: (number | undefined)[] = [];
    for (const field of fields.split('\t')) {
      const [dictionary, rank = ''] = field.split(':');
      ranks[Number(dictionary)] = Number.parseInt(rank, RADIX);
    }
    return ranks;
  }
}
