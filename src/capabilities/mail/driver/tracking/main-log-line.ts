// Reads lines of Exim's main log (the chapter “Log files” of its specification). `log_selector` must have sender_on_delivery,
// received_sender and received_recipients; it may have millisec, pid, subject and the others.
import type { Arrival, Delivery, MailEvent } from '../../rules/tracking/mail-events.ts';
import { LogWords, plainAddress, unquoted, withoutBrackets } from './log-words.ts';

/** Time, time zone and process, then the ID of a message in its short or its long form, and what happened to it. */
const LINE =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d{1,6})?(?: ([+-]\d{4}))?(?: \[\d{1,10}\])? ([A-Za-z0-9]{6}-(?:[A-Za-z0-9]{6}-[A-Za-z0-9]{2}|[A-Za-z0-9]{11}-[A-Za-z0-9]{4})) (<=|[=>-]>|\*\*|==|Completed|spamscore=)(?= |$|-?\d)/;
/** Exim’s own limit is 8,192 bytes. */
const MAX_LINE = 16_384;
/** Longer texts of other servers are cut. */
const MAX_MESSAGE = 500;
/** The limit of SMTP is 64 + 1 + 255. An address in a log has quotes and escapes at most. */
const MAX_ADDRESS = 512;

/** Undefined for lines about anything else. */
export function readLine(line: string): MailEvent | undefined {
  const found = line.length > MAX_LINE ? null : LINE.exec(line);
  if (found === null) return undefined;
  const [start, logged = '', zone, msgid = '', action = ''] = found;
  if (action === 'Completed') return { kind: 'completion', msgid };
  if (action === 'spamscore=') {
    const score = /^-?\d{1,6}$/.exec(line.slice(start.length))?.[0];
    return score === undefined ? undefined : { kind: 'spam-score', msgid, score: Number(score) };
  }
  const known = { msgid, logged, time: secondsOf(logged, zone) };
  const words = new LogWords(line, start.length);
  words.skip(0);
  return action === '<=' ? readArrival(known, words) : readDelivery(known, typeOf(action), words);
}

/** The minute of the last line, which most lines share: to read a local time takes longer than all else of a line. */
let lastMinute = { text: '', time: 0 };

/** Seconds since 1970-01-01. Without a time zone, it is the server's. */
function secondsOf(logged: string, zone = ''): number {
  const text = logged.slice(0, 16) + zone;
  if (text !== lastMinute.text) {
    const iso = `${text.slice(0, 10)}T${text.slice(11, 16)}`;
    const time = Date.parse(zone === '' ? iso : `${iso}${zone.slice(0, 3)}:${zone.slice(3)}`);
    lastMinute = { text, time: time / 1000 };
  }
  const time = lastMinute.time + Number(logged.slice(17));
  return Number.isNaN(time) ? 0 : time;
}

function typeOf(action: string): Delivery['type'] {
  if (action === '**') return 'failure';
  return action === '==' ? 'defer' : 'success';
}

type Known = Pick<Arrival, 'msgid' | 'time' | 'logged'>;

function readArrival(known: Known, words: LogWords): Arrival {
  const sender = addressOf(words.next());
  const fields = new Map<string, string>();
  let host: Host = { host: undefined, ip: undefined };
  const recipients: string[] = [];
  while (!words.isAtEnd()) {
    const word = words.next();
    if (word === 'from') {
      words.next();
      if (words.next() !== 'for') break;
      while (!words.isAtEnd()) recipients.push(addressOf(words.next()));
      break;
    }
    const [name, value] = fieldOf(word);
    if (name === undefined || fields.has(name)) continue;
    fields.set(name, value);
    if (name === 'H') host = readHost(value, words);
  }
  const [authenticator, login] = splitAt(fields.get('A'), ':');
  const { host: name, ip } = host;
  const isLocal = ip === undefined && fields.get('P')?.startsWith('local') === true;
  const { msgid, time, logged } = known;
  return {
    kind: 'arrival',
    msgid,
    time,
    logged,
    sender,
    host: name,
    ip,
    authenticator,
    login,
    recipients,
    localUser: isLocal ? fields.get('U') : undefined,
    size: Number(/^\d{1,15}$/.exec(fields.get('S') ?? '')?.[0] ?? 0),
  };
}

function readDelivery(known: Known, type: Delivery['type'], words: LogWords): Delivery {
  const { deliveredTo, recipient } = readAddresses(words);
  const fields = new Map<string, string>();
  let host: Host = { host: undefined, ip: undefined };
  let message = '';
  while (!words.isAtEnd()) {
    const before = type === 'success' ? '' : words.rest;
    const word = words.next();
    if (word === 'defer') {
      const reason = /^\(-?\d+\)(?:: )?/.exec(words.rest);
      words.skip(reason?.[0].length ?? 0);
      if (/^[A-Z]+=/.test(words.rest)) continue;
    }
    const isLast = type !== 'success' && word.endsWith(':');
    const [name, value] = fieldOf(isLast ? word.slice(0, -1) : word);
    if (name !== undefined && !fields.has(name)) {
      fields.set(name, value);
      if (name === 'H') host = readHost(value, words);
      // The address may end the fields: “H=mx.example [192.0.2.1]:25: reason”.
      if (!isLast && !(name === 'H' && type !== 'success' && host.isLast)) continue;
    } else if (type === 'success') continue;
    message = name !== undefined ? words.rest : before.replace(/^defer(?: \(-?\d+\))?:? ?/, '');
    break;
  }
  const router = fields.get('R') ?? '';
  const transport = fields.get('T');
  message =
    type === 'success'
      ? unquoted(fields.get('C') ?? 'Accepted')
      : message.replace(/ DT=[\d.]{1,12}[smhdw]\S{0,20}$/, '').trim();
  const { host: name, ip } = host;
  const { msgid, time, logged } = known;
  return {
    kind: 'delivery',
    msgid,
    time,
    logged,
    type,
    recipient,
    host: name,
    ip,
    router,
    transport,
    deliveredTo: mailboxOf(deliveredTo, recipient, fields.get('C')),
    message: message.slice(0, MAX_MESSAGE),
  };
}

/**
 * Reads where a message went, and the address to which it was sent, which is in angle brackets if it is another one. The
 * first one has no quotes if it is a mailbox, even if it has blanks: the second one shows where it ends.
 */
function readAddresses(words: LogWords): Pick<Delivery, 'deliveredTo' | 'recipient'> {
  const { rest } = words;
  for (let at = rest.indexOf(' <"'); at >= 0 && at <= MAX_ADDRESS; at = rest.indexOf(' <"', at + 1)) {
    const given = rest.slice(0, at);
    const original = withoutBrackets(new LogWords(rest.slice(at + 1)).next());
    const plain = plainAddress(original);
    if (given !== plain && `${given}@` !== plain.slice(0, given.length + 1)) continue;
    words.skip(at + 1);
    words.next();
    return { deliveredTo: addressOf(given), recipient: addressOf(original) };
  }
  const program = /^[|/]/.test(rest) ? /^.*? (?=<[^<>]+> [A-Z]+=)/.exec(rest)?.[0] : undefined;
  if (program !== undefined) words.skip(program.length);
  const first = program?.trim() ?? words.next();
  // “a@b.example: reason”, but “:blackhole:”.
  const deliveredTo = addressOf(first.includes('@') && first.endsWith(':') ? first.slice(0, -1) : first);
  let recipient = deliveredTo;
  // Addresses in between are in round brackets, if the selector all_parents is there.
  while (words.beginsWith('<') || words.beginsWith('(')) {
    const word = words.next().replace(/:$/, '');
    if (word.startsWith('<')) recipient = addressOf(withoutBrackets(word));
  }
  return { deliveredTo, recipient };
}

/**
 * Exim only has the local part of a mailbox. The answer of Dovecot has the whole address: `250 2.0.0 <a@b.example> … Saved`.
 */
function mailboxOf(deliveredTo: string, recipient: string, answer: string | undefined): string {
  if (/^[/|:>]|@/.test(deliveredTo)) return deliveredTo;
  const named = /^"250 2\.\d\.\d <([^<>]+@[^<>"]+)> /.exec(answer ?? '')?.[1];
  return named === undefined ? recipient : addressOf(named);
}

interface Host {
  readonly host: string | undefined;
  readonly ip: string | undefined;
  /** True if nothing but a text follows. */
  readonly isLast?: boolean;
}

const FIELD = /^[A-Za-z][A-Za-z0-9]*=/;
const ADDRESS = /\[([0-9A-Fa-f:.]+)\]/;

/** Reads `mx.example (helo) [192.0.2.1]:25`. What the client called itself counts if its address has no name. */
function readHost(first: string, words: LogWords): Host {
  const parts = [first];
  let ip = ADDRESS.exec(first)?.[1];
  while (ip === undefined && (words.beginsWith('[') || words.beginsWith('('))) {
    const part = words.next();
    parts.push(part);
    ip = ADDRESS.exec(part)?.[1];
  }
  const name = parts.find((part) => !part.includes('[')) ?? '';
  const isLast = parts.at(-1)?.endsWith(':') === true;
  return { host: name.replace(/^\((.*)\)$/, '$1') || ip, ip, isLast };
}

/** `R=dnslookup`: the name and the value. */
function fieldOf(word: string): [name: string | undefined, value: string] {
  const at = word.indexOf('=');
  // Exim’s own names are short. The texts of strangers are not between a blank and “=”, except in what follows the fields.
  const isField = at > 0 && at < 10 && FIELD.test(word);
  return isField ? [word.slice(0, at), word.slice(at + 1)] : [undefined, ''];
}

function splitAt(text: string | undefined, separator: string): [string | undefined, string | undefined] {
  if (text === undefined) return [undefined, undefined];
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `<>` is no address. Domains have no case. */
function addressOf(word: string): string {
  const address = withoutBrackets(word).slice(0, MAX_ADDRESS);
  const at = address.lastIndexOf('@');
  if (at < 0) return address;
  const domain = address.slice(at);
  const lower = domain.toLowerCase();
  return domain === lower ? address : address.slice(0, at) + lower;
}
