// A client of PHP-FPM (FastCGI 1.0): one request for each connection. What PHP sends is not trusted, because it shows mail of
// strangers: lengths are limited, and headers are checked.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';

export interface FastCgiRequest {
  /** The path of PHP-FPM’s socket. */
  readonly socket: string;
  /** What PHP finds in `$_SERVER`. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Readable | undefined;
  /** What PHP writes to its log. */
  readonly onError: (text: string) => void;
}

export interface FastCgiResponse {
  readonly status: number;
  /** Names in lower case, as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Readable;
}

/** PHP-FPM is not there, or sent something else than a response. */
export class FastCgiError extends Error {}

/** The types of records (FastCGI specification, section 8). */
const [BEGIN, END, PARAMS, STDIN, STDOUT, STDERR] = [1, 3, 4, 5, 6, 7] as const;
const HEADER_BYTES = 8;
const MAX_RECORD = 65_535;
const MAX_HEAD = 65_536;
/** The only request of its connection. */
const REQUEST_ID = 1;
/** PHP ends after two minutes (`set_time_limit` of Roundcube). */
const SILENCE_MS = 130_000;

/** @throws FastCgiError. The connection is closed with the body of the response. */
export async function askPhp({
  socket: path,
  params,
  body,
  onError,
}: FastCgiRequest): Promise<FastCgiResponse> {
  const socket = connect(path);
  // The reader of the response gets the error.
  socket.on('error', () => undefined);
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new FastCgiError('PHP has sent nothing for too long.')));
  try {
    await once(socket, 'connect');
    // A failure to send is one to receive, too.
    send(socket, params, body).catch((error: unknown) => socket.destroy(error as Error));
    const output = outputOf(socket, onError);
    const { head, rest } = await readHead(output);
    return { ...parseHead(head), body: Readable.from(closing(socket, rest, output), { objectMode: false }) };
  } catch (error) {
    socket.destroy();
    throw error instanceof FastCgiError ? error : new FastCgiError((error as Error).message);
  }
}

async function send(
  socket: Socket,
  params: Readonly<Record<string, string>>,
  body: Readable | undefined,
): Promise<void> {
  const write = async (type: number, content: Buffer) => {
    if (!socket.write(Buffer.concat([headerOf(type, content.length), content]))) await once(socket, 'drain');
  };
  const writeAll = async (type: number, content: Buffer) => {
    for (let at = 0; at < content.length; at += MAX_RECORD)
      await write(type, content.subarray(at, at + MAX_RECORD));
  };
  // The role of a responder, which closes the connection.
  await write(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));
  await writeAll(PARAMS, Buffer.concat(Object.entries(params).map(pairOf)));
  await write(PARAMS, Buffer.alloc(0));
  if (body !== undefined)
    for await (const piece of body as AsyncIterable<Buffer>) await writeAll(STDIN, piece);
  await write(STDIN, Buffer.alloc(0));
}

function headerOf(type: number, length: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(1, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(REQUEST_ID, 2);
  header.writeUInt16BE(length, 4);
  return header;
}

function pairOf([name, value]: readonly [string, string]): Buffer {
  const texts = [Buffer.from(name), Buffer.from(value)];
  const lengths = texts.map(({ length }) => {
    const bytes = Buffer.alloc(4);
    // The highest bit says that the length has four bytes.
    bytes.writeUInt32BE((length | 0x8000_0000) >>> 0);
    return bytes;
  });
  return Buffer.concat([...lengths, ...texts]);
}

/** What PHP prints, until the end of the request. @throws FastCgiError if the connection ends before. */
async function* outputOf(socket: Socket, onError: (text: string) => void): AsyncGenerator<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
    for (;;) {
      if (bytes.length < HEADER_BYTES) break;
      const content = HEADER_BYTES + bytes.readUInt16BE(4);
      const end = content + bytes.readUInt8(6);
      if (bytes.length < end) break;
      const [type, text] = [bytes.readUInt8(1), bytes.subarray(HEADER_BYTES, content)];
      bytes = bytes.subarray(end);
      if (type === END) return;
      if (type === STDERR) onError(text.toString());
      else if (type === STDOUT && text.length > 0) yield text;
    }
  }
  throw new FastCgiError('PHP has ended before its response.');
}

async function readHead(output: AsyncGenerator<Buffer>): Promise<{ head: string; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await output.next();
    if (next.done === true) throw new FastCgiError('PHP has sent no headers.');
    bytes = Buffer.concat([bytes, next.value]);
    const at = bytes.indexOf('\r\n\r\n');
    if (at >= 0) return { head: bytes.subarray(0, at).toString('latin1'), rest: bytes.subarray(at + 4) };
    if (bytes.length > MAX_HEAD) throw new FastCgiError('PHP has sent too many headers.');
  }
}

function parseHead(head: string): Omit<FastCgiResponse, 'body'> {
  const lines = head.split('\r\n').map((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new FastCgiError('PHP has sent an invalid header.');
    return [name.toLowerCase(), value] as const;
  });
  const given = lines.find(([name]) => name === 'status')?.[1] ?? '200';
  const status = /^([2-5]\d\d)(?: |$)/.exec(given)?.[1];
  if (status === undefined) throw new FastCgiError('PHP has sent an invalid status.');
  return { status: Number(status), headers: lines.filter(([name]) => name !== 'status') };
}

async function* closing(
  socket: Socket,
  rest: Buffer,
  output: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    if (rest.length > 0) yield rest;
    yield* output;
  } finally {
    socket.destroy();
  }
}
