// Reads a message’s file of envelope and headers in the queue of Exim (“-H”; the chapter “Format of spool files” of its
// specification). Exim replaces such a file as a whole.
import type { QueuedMessage } from '../../rules/queue/queued-message.ts';
import { LogWords, withoutBrackets } from '../tracking/log-words.ts';

export interface SpoolHeader extends Omit<QueuedMessage, 'size'> {
  /** The size of the headers in bytes. */
  readonly headerSize: number;
}

/** @param text each character is a byte. @returns undefined if the file has another form. */
export function readSpoolHeader(text: string): SpoolHeader | undefined {
  const lines = new Lines(text);
  const msgid = /^(\S+)-H$/.exec(lines.next())?.[1];
  const login = /^(\S+) \d+ \d+$/.exec(lines.next())?.[1];
  const sender = lines.next();
  const time = /^(\d{1,15}) \d+$/.exec(lines.next())?.[1];
  if (msgid === undefined || login === undefined || !/^<.*>$/.test(sender) || time === undefined) {
    return undefined;
  }
  const variables = readVariables(lines);
  const done = readDone(lines);
  const count = Number(/^\d{1,7}$/.exec(lines.next())?.[0]);
  const recipients: string[] = [];
  for (let number = 0; number < count; number++) recipients.push(new LogWords(utf8(lines.next())).next());
  // An empty line, and the headers.
  if (Number.isNaN(count) || recipients.includes('') || lines.next() !== '') return undefined;
  const headerSize = sizeOfHeaders(lines.rest());
  if (headerSize === undefined) return undefined;
  return {
    ...{ msgid, login, sender: withoutBrackets(utf8(sender)), time: Number(time), headerSize },
    isFrozen: variables.has('frozen'),
    owner: variables.get('aclm _owner'),
    authenticatedId: variables.get('auth_id'),
    recipients: recipients.filter((one) => !done.has(one)),
  };
}

const utf8 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');

/**
 * Reads `-frozen 1796159224`, with a second hyphen if the value is a stranger’s. The value of a variable of an ACL is on the
 * following lines: `-aclm _owner 3`.
 */
function readVariables(lines: Lines): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let line = lines.peek(); line.startsWith('-'); line = lines.peek()) {
    lines.next();
    const [, name = '', value = ''] = /^--?(?:\([^)]*\))?(\w+) ?(.*)$/.exec(line) ?? [];
    const acl = /^(\S+) (\d{1,9})$/.exec(value);
    if (/^acl[cm]$/.test(name) && acl !== null) {
      found.set(`${name} ${acl[1] ?? ''}`, utf8(lines.bytes(Number(acl[2]))));
    } else found.set(name, utf8(value));
  }
  return found;
}

/** Recipients that were delivered or have failed: a tree, whose lines begin with Y or N for each of its two branches. */
function readDone(lines: Lines): ReadonlySet<string> {
  const done = new Set<string>();
  if (lines.peek() === 'XX') {
    lines.next();
    return done;
  }
  for (let open = 1; open > 0; open--) {
    const [, left, right, address] = /^([YN])([YN]) (.*)$/.exec(lines.next()) ?? [];
    if (address === undefined) return done;
    done.add(utf8(address));
    open += [left, right].filter((branch) => branch === 'Y').length;
  }
  return done;
}

/** Each header begins with its length and a letter: `015F From: …`. Those with `*` are no longer part of the message. */
function sizeOfHeaders(text: string): number | undefined {
  let size = 0;
  for (let at = 0; at < text.length;) {
    const [begin, length, kind] = /^(\d{3,9})(.) /.exec(text.slice(at, at + 12)) ?? [];
    if (begin === undefined) return undefined;
    at += begin.length + Number(length);
    if (at > text.length) return undefined;
    if (kind !== '*') size += Number(length);
  }
  return size;
}

class Lines {
  #at = 0;

  constructor(readonly text: string) {}

  /** The line without its end. Empty after the last one. */
  peek(): string {
    const end = this.text.indexOf('\n', this.#at);
    return this.text.slice(this.#at, end < 0 ? undefined : end);
  }

  next(): string {
    const line = this.peek();
    this.#at += line.length + 1;
    return line;
  }

  /** So many bytes, and the end of the line. */
  bytes(length: number): string {
    const value = this.text.slice(this.#at, this.#at + length);
    this.#at += length + 1;
    return value;
  }

  rest(): string {
    return this.text.slice(this.#at);
  }
}
