// Reads the words of a line of Exim's main log. Addresses and texts come from strangers: a quoted local part keeps its blanks,
// so a line is never split at blanks.

const BLANK = 0x20;

export class LogWords {
  #at = 0;
  /** The first quote that was not read yet. Infinity: there is none. */
  #quote = -1;

  constructor(
    readonly line: string,
    start = 0,
  ) {
    this.#at = start;
  }

  /** True if nothing is left. */
  isAtEnd(): boolean {
    return this.#at >= this.line.length;
  }

  /** The rest of the line. */
  get rest(): string {
    return this.line.slice(this.#at);
  }

  skip(length: number): void {
    this.#at = Math.min(this.line.length, this.#at + length);
    while (this.line.charCodeAt(this.#at) === BLANK) this.#at += 1;
  }

  /** True if the next word begins with this character. */
  beginsWith(character: string): boolean {
    return this.line[this.#at] === character;
  }

  /** Reads up to the next blank that is not within quotes or, if the word begins with `<`, within it. */
  next(): string {
    const start = this.#at;
    const { line } = this;
    const blank = line.indexOf(' ', start);
    const simple = blank < 0 ? line.length : blank;
    const isOpen = line.startsWith('<', start) || line.startsWith('=<', start + 1);
    if (this.#nextQuote() > simple && (!isOpen || line.startsWith('>', simple - 1))) {
      this.skip(simple - start);
      return line.slice(start, simple);
    }
    let depth = isOpen ? 1 : 0;
    let at = start;
    for (; at < line.length; at += 1) {
      const character = line[at];
      if (character === '"') at = endOfQuotes(line, at) ?? at;
      else if (character === '>') depth = 0;
      else if (character === ' ' && depth === 0) break;
    }
    this.skip(at - start);
    return line.slice(start, at);
  }

  #nextQuote(): number {
    if (this.#quote < this.#at) {
      const found = this.line.indexOf('"', this.#at);
      this.#quote = found < 0 ? Infinity : found;
    }
    return this.#quote;
  }
}

/** The position of the quote that ends a text in quotes. Undefined if there is none. */
function endOfQuotes(line: string, start: number): number | undefined {
  for (let at = line.indexOf('"', start + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - backslashes - 1 > start && line[at - backslashes - 1] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return undefined;
}

/** Removes the quotes around a text, and the backslashes in it. */
export function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  const inside = text.slice(1, -1);
  return inside.includes('\\') ? inside.replace(/\\(.)/g, '$1') : inside;
}

/** The local part without quotes: as Exim names the address of a mailbox. */
export function plainAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? unquoted(address) : unquoted(address.slice(0, at)) + address.slice(at);
}

/** `<a@b.example>`: `a@b.example`. */
export function withoutBrackets(word: string): string {
  return word.startsWith('<') && word.endsWith('>') ? word.slice(1, -1) : word;
}
