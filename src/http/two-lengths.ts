// The request of xmlapi.php and its copies: they put headers and the body into one header field of curl, which adds
// “Transfer-Encoding: chunked”. The body is not chunked, and its Content-Length is right.
//
// RFC 9112 (section 6.3) has a server refuse such a request, because two programs on its way could disagree where it ends.
// It is served only if it can be read in no other way: it is the first of its connection, no proxy has passed it on, the body
// has no line end, so that it is no chunk and hides no request, and the connection is closed after the response.
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** Larger bodies are refused, as before. */
const MAX_BODY = 65_536;
const LINE = /^[!#$%&'*+.^`|~\w-]+:[\t\x20-\x7e]*$/;
const FIRST_LINE = /^POST \/[\x21-\x7e]* HTTP\/1\.1$/;
/** What a form contains. */
const FORM = /^[\x21-\x7e]*$/;
/**
 * The fields that such a client sends. Any other one may come from a proxy, whose names nobody can list: X-Forwarded-For is
 * also written X_Forwarded_For.
 */
const OF_CLIENT: ReadonlySet<string> = new Set([
  ...['host', 'user-agent', 'authorization', 'cookie', 'referer', 'origin', 'date', 'x-cpanel-otp'],
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'x-requested-with'],
  ...[
    'content-type',
    'content-length',
    'transfer-encoding',
    'connection',
    'expect',
    'pragma',
    'cache-control',
  ],
]);

export interface UnevenRequest {
  /** The first line and the headers, with one length. */
  readonly head: string;
  /** The bytes of the body. */
  readonly length: number;
  /** What has arrived after the head. */
  readonly rest: Buffer;
}

/** @param bytes the first ones of a connection. Undefined: refuse it. */
export function readUnevenRequest(bytes: Buffer): UnevenRequest | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  if (!FIRST_LINE.test(first) || !lines.every((line) => LINE.test(line))) return undefined;
  const nameOf = (line: string) => line.slice(0, line.indexOf(':')).toLowerCase();
  if (!lines.every((line) => OF_CLIENT.has(nameOf(line)))) return undefined;
  const valuesOf = (name: string) =>
    lines.flatMap((line) => (nameOf(line) === name ? [line.slice(name.length + 1).trim()] : []));
  const [codings, lengths] = [valuesOf('transfer-encoding'), valuesOf('content-length')];
  const [length = ''] = lengths;
  if (codings.length !== 1 || codings[0]?.toLowerCase() !== 'chunked') return undefined;
  if (lengths.length !== 1 || !/^[1-9]\d{0,4}$/.test(length) || Number(length) > MAX_BODY) return undefined;
  const kept = lines.filter((line) => nameOf(line) !== 'transfer-encoding');
  return {
    head: [first, ...kept, '', ''].join('\r\n'),
    length: Number(length),
    rest: bytes.subarray(end + 4),
  };
}

/** Reads the body of such a request. */
export class UnevenBody {
  readonly #head: string;
  readonly #length: number;
  /** Each piece is looked at once: a client can send every byte by itself. */
  readonly #pieces: string[] = [];
  #received = 0;
  #isWrong = false;

  constructor({ head, length, rest }: UnevenRequest) {
    this.#head = head;
    this.#length = length;
    this.add(rest);
  }

  /** What follows the body is ignored. */
  add(bytes: Buffer): void {
    const piece = bytes.subarray(0, this.#length - this.#received).toString('latin1');
    this.#received += piece.length;
    this.#pieces.push(piece);
    if (!FORM.test(piece)) this.#isWrong = true;
  }

  get state(): 'wrong' | 'incomplete' | 'complete' {
    if (this.#isWrong) return 'wrong';
    return this.#received < this.#length ? 'incomplete' : 'complete';
  }

  /** With one length. */
  get request(): string {
    return this.#head + this.#pieces.join('');
  }
}

/** A connection on which one request has arrived, and nothing else ever does. Responses go to `socket`. */
export class OneRequest extends Duplex {
  readonly #socket: Socket;
  #request: string | undefined;
  /** As request.ip and request.protocol read them. */
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;

  constructor(socket: Socket, request: string) {
    super();
    this.#socket = socket;
    this.#request = request;
    this.remoteAddress = socket.remoteAddress;
    this.encrypted = 'encrypted' in socket && socket.encrypted === true;
    socket.once('close', () => this.destroy());
    socket.on('timeout', () => this.emit('timeout'));
  }

  override _read(): void {
    if (this.#request !== undefined) this.push(this.#request, 'latin1');
    this.#request = undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, (error) => done(error));
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroySoon();
    done(error);
  }

  setTimeout(milliseconds: number): this {
    this.#socket.setTimeout(milliseconds);
    return this;
  }

  /** As that of a socket. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.end(() => this.destroy());
  }
}
