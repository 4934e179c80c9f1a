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
  const fields = noFields();
  let host = NO_HOST;
  const recipients: string[] = [];
  while (!words.isAtEnd()) {
    const word = words.next();
    if (word === 'from') {
      words.next();
      if (words.next() !== 'for') break;
      while (!words.isAtEnd()) recipients.push(addressOf(words.next()));
      break;
    }
    if (keepField(fields, word) === 'H') host = readHost(word.slice(2), words);
  }
  const [authenticator, login] = splitAt(fields.A, ':');
  const { host: name, ip } = host;
  const isLocal = ip === undefined && fields.P?.startsWith('local') === true;
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
    localUser: isLocal ? fields.U : undefined,
    size: /^\d{1,15}$/.test(fields.S ?? '') ? Number(fields.S) : 0,
  };
}

function readDelivery(known: Known, type: Delivery['type'], words: LogWords): Delivery {
  const { deliveredTo, recipient } = readAddresses(words);
  const fields = noFields();
  const [{ host, ip }, message] =
    type === 'success' ? readSuccess(fields, words) : readFailure(fields, words);
  const { msgid, time, logged } = known;
  return {
    kind: 'delivery',
    msgid,
    time,
    logged,
    type,
    recipient,
    host,
    ip,
    router: fields.R ?? '',
    transport: fields.T,
    deliveredTo: mailboxOf(deliveredTo, recipient, fields.C),
    message: message.slice(0, MAX_MESSAGE),
  };
}

function readSuccess(fields: WantedFields, words: LogWords): [Host, message: string] {
  let host = NO_HOST;
  while (!words.isAtEnd()) {
    const word = words.next();
    if (keepField(fields, word) === 'H') host = readHost(word.slice(2), words);
  }
  return [host, unquoted(fields.C ?? 'Accepted')];
}

/** The reason follows the fields. What it says is not a field, even if it looks like one. */
function readFailure(fields: WantedFields, words: LogWords): [Host, message: string] {
  const names = new Set<string>();
  let host = NO_HOST;
  let message = '';
  while (!words.isAtEnd()) {
    const before = words.rest;
    const word = words.next();
    if (word === 'defer') {
      const reason = /^\(-?\d+\)(?:: )?/.exec(words.rest);
      words.skip(reason?.[0].length ?? 0);
      if (/^[A-Z]+=/.test(words.rest)) continue;
    }
    const isLast = word.endsWith(':');
    const field = isLast ? word.slice(0, -1) : word;
    const name = FIELD.exec(field)?.[1];
    if (name !== undefined && !names.has(name)) {
      names.add(name);
      if (keepField(fields, field) === 'H') host = readHost(field.slice(2), words);
      // The address may end the fields: “H=mx.example [192.0.2.1]:25: reason”.
      if (!isLast && !(name === 'H' && host.isLast)) continue;
    }
    message = name !== undefined ? words.rest : before.replace(/^defer(?: \(-?\d+\))?:? ?/, '');
    break;
  }
  return [host, message.replace(/ DT=[\d.]{1,12}[smhdw]\S{0,20}$/, '').trim()];
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
  const isProgram = words.beginsWith('|') || words.beginsWith('/');
  const program = isProgram ? /^.*? (?=<[^<>]+> [A-Z]+=)/.exec(rest)?.[0] : undefined;
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
  if (deliveredTo.includes('@') || /^[/|:>]/.test(deliveredTo)) return deliveredTo;
  const named = /^"250 2\.\d\.\d <([^<>]+@[^<>"]+)> /.exec(answer ?? '')?.[1];
  return named === undefined ? recipient : addressOf(named);
}

interface Host {
  readonly host: string | undefined;
  readonly ip: string | undefined;
  /** True if nothing but a text follows. */
  readonly isLast: boolean;
}

const NO_HOST: Host = { host: undefined, ip: undefined, isLast: false };
const ADDRESS = /^\[([0-9A-Fa-f:.]+)\]/;

/**
 * Reads `mx.example (helo) [192.0.2.1]:25`. What the client called itself counts if its address has no name. It can look like
 * an address, `([192.0.2.9])`, and is never taken for one.
 */
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

/** `R=dnslookup`. Exim’s own names are short. The texts of strangers follow the fields, or are in quotes. */
const FIELD = /^([A-Za-z][A-Za-z0-9]{0,8})=/;
const EQUALS = 0x3d;

/** The fields whose values are stored have one letter. Undefined: the line has none of this name. */
type WantedFields = Record<'A' | 'C' | 'H' | 'P' | 'R' | 'S' | 'T' | 'U', string | undefined>;

function noFields(): WantedFields {
  const none = undefined;
  return { A: none, C: none, H: none, P: none, R: none, S: none, T: none, U: none };
}

/** Keeps the first value of a field. @returns its name if it is kept. */
function keepField(fields: WantedFields, word: string): keyof WantedFields | undefined {
  if (word.charCodeAt(1) !== EQUALS) return undefined;
  const name = word.charAt(0) as keyof WantedFields;
  if (!(name in fields) || fields[name] !== undefined) return undefined;
  fields[name] = word.slice(2);
  return name;
}

function splitAt(text: string | undefined, separator: string): [string | undefined, string | undefined] {
  if (text === undefined) return [undefined, undefined];
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Anything but the ASCII characters that are no capitals. */
const MAY_HAVE_CAPITALS = /[^ -@[-~]/;

/** `<>` is no address. Domains have no case. */
function addressOf(word: string): string {
  const address = withoutBrackets(word).slice(0, MAX_ADDRESS);
  if (!MAY_HAVE_CAPITALS.test(address)) return address;
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at) + address.slice(at).toLowerCase();
}
