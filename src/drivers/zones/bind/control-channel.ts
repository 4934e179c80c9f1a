// Asks named over the channel that rndc(8) uses. Starting rndc takes 15 times as long as named takes to answer.
//
// A message is its length, the version 1 and a table. A table is entries, each with a name and a value, and a value has a
// type and a length (BIND 9, lib/isccc/cc.c). The first entry is the HMAC of all that follows it. named gives each
// connection a number, which every command on it must contain, so that nobody can repeat a command.
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface ControlKey {
  /** The digest of the HMAC: `sha256`. */
  readonly digest: string;
  readonly secret: Buffer;
}

export interface ControlAddress {
  readonly address: string;
  readonly port: number;
}

export interface ControlAnswer {
  /** What rndc prints. */
  readonly text: string;
  /** Why the command failed. */
  readonly error: string | undefined;
}

type Value = string | Table;
interface Table {
  readonly [name: string]: Value;
}

const LIMIT_MS = 5000;
/** How long named accepts a message. */
const LIFETIME_S = 60;
/** No answer to a question about one zone is longer. */
const MAX_BYTES = 1024 * 1024;
const VERSION = 1;
const TYPE_BYTES = 1;
const TYPE_TABLE = 2;
/** The numbers of the HMACs in a message. */
const ALGORITHMS: Readonly<Record<string, number>> = {
  sha1: 161,
  sha224: 162,
  sha256: 163,
  sha384: 164,
  sha512: 165,
};
/** The HMAC in base64, with zeros after it. */
const MAC_LENGTH = 88;

/** The key in the form in which `rndc-confgen -a` writes it. Undefined if it has another form. */
export function controlKeyOf(text: string): ControlKey | undefined {
  const statement = /^key "[^"]+" \{\s+algorithm hmac-(sha\d+);\s+secret "([A-Za-z0-9+/]+=*)";\s+\};/m;
  const [, digest = '', secret = ''] = statement.exec(text) ?? [];
  return digest in ALGORITHMS ? { digest, secret: Buffer.from(secret, 'base64') } : undefined;
}

export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';

  constructor() {
    super('named took too long.');
  }
}

/** @throws TookTooLong; Error if named does not answer, or not with this key. */
export async function askNamed(
  { address, port }: ControlAddress,
  key: ControlKey,
  command: string,
): Promise<ControlAnswer> {
  const socket = connect({ host: address, port });
  const timer = setTimeout(() => socket.destroy(new TookTooLong()), LIMIT_MS);
  try {
    await once(socket, 'connect');
    const messages = messagesFrom(socket, key);
    const ask = async (control: Table, type: string): Promise<Table> => {
      socket.write(messageOf({ _ctrl: control, _data: { type } }, key));
      const { value } = await messages.next();
      if (value === undefined) throw new Error('named closed the connection.');
      return value;
    };
    const greeting = await ask(about(), 'null');
    const nonce = textIn(tableIn(greeting, '_ctrl'), '_nonce');
    const data = tableIn(await ask({ ...about(), _nonce: nonce }, command), '_data');
    return { text: textIn(data, 'text', ''), error: textIn(data, 'err', '') || undefined };
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function about(): Table {
  const now = Math.floor(Date.now() / 1000);
  return { _ser: String(randomInt(2 ** 32)), _tim: String(now), _exp: String(now + LIFETIME_S) };
}

async function* messagesFrom(socket: Socket, key: ControlKey): AsyncGenerator<Table, undefined> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece]);
    if (bytes.length > MAX_BYTES) throw new Error('named answers too much.');
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
      const length = 4 + bytes.readUInt32BE();
      yield tableOf(bytes.subarray(4, length), key);
      bytes = bytes.subarray(length);
    }
  }
}

function messageOf(content: Table, key: ControlKey): Buffer {
  const signed = encoded(content);
  const body = Buffer.concat([number32(VERSION), entry('_auth', TYPE_TABLE, macEntry(signed, key)), signed]);
  return Buffer.concat([number32(body.length), body]);
}

/** @throws Error unless it is signed with the key. */
function tableOf(message: Buffer, key: ControlKey): Table {
  const begin = 4 + entry('_auth', TYPE_TABLE, macEntry(Buffer.alloc(0), key)).length;
  const signed = message.subarray(begin);
  const expected = entry('_auth', TYPE_TABLE, macEntry(signed, key));
  const given = message.subarray(4, begin);
  if (message.length < begin || message.readUInt32BE() !== VERSION || !timingSafeEqual(given, expected))
    throw new Error('The answer is not signed with the key of named.');
  return decoded(signed);
}

function macEntry(signed: Buffer, { digest, secret }: ControlKey): Buffer {
  const mac = Buffer.alloc(1 + MAC_LENGTH);
  mac[0] = ALGORITHMS[digest] ?? 0;
  mac.write(createHmac(digest, secret).update(signed).digest('base64'), 1);
  return entry('hsha', TYPE_BYTES, mac);
}

function encoded(table: Table): Buffer {
  const entries = Object.entries(table).map(([name, value]) =>
    typeof value === 'string'
      ? entry(name, TYPE_BYTES, Buffer.from(value))
      : entry(name, TYPE_TABLE, encoded(value)),
  );
  return Buffer.concat(entries);
}

function entry(name: string, type: number, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([type]),
    number32(content.length),
    content,
  ]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @throws RangeError if it is cut off. */
function decoded(bytes: Buffer): Table {
  const entries: [string, Value][] = [];
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const begin = nameEnd + 5;
    const end = begin + bytes.readUInt32BE(nameEnd + 1);
    if (end > bytes.length) throw new RangeError('The answer of named is cut off.');
    const content = bytes.subarray(begin, end);
    const value = bytes.readUInt8(nameEnd) === TYPE_TABLE ? decoded(content) : content.toString();
    entries.push([bytes.toString('latin1', at + 1, nameEnd), value]);
    at = end;
  }
  return Object.fromEntries(entries);
}

/** @throws Error if there is none. */
function tableIn(table: Table, name: string): Table {
  const value = table[name];
  if (typeof value !== 'object') throw new Error(`The answer of named has no “${name}”.`);
  return value;
}

/** @throws Error if there is none, and no default. */
function textIn(table: Table, name: string, instead?: string): string {
  const value = table[name] ?? instead;
  if (typeof value !== 'string') throw new Error(`The answer of named has no “${name}”.`);
  return value;
}
