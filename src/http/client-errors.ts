// Responses to input that is not a valid request. They replace Node's own, and have a body with the reason and the
// usual headers.
import { STATUS_CODES } from 'node:http';

export interface ClientError {
  readonly status: 400 | 408 | 413 | 431;
  readonly sentence: string;
}

/** An error of Node's parser. */
export interface ParserError extends Error {
  readonly code?: string;
  readonly reason?: string;
  /** The bytes that it was given last. */
  readonly rawPacket?: unknown;
}

const errors: Readonly<Record<string, ClientError>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    sentence:
      'The request line and the headers are too long: use at most 16 KiB. Send arguments in the body.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, sentence: 'The chunk extensions are too long.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, sentence: 'The request took too long to arrive.' },
};

/** All such requests but those of xmlapi.php (`two-lengths.ts`). */
const twoLengths: ClientError = {
  status: 400,
  sentence:
    'The request has both Transfer-Encoding and Content-Length, so nobody can tell where it ends. Send one of them. ' +
    'If the client is xmlapi.php, connect it to this server without a proxy, or call ' +
    '$xmlapi->set_http_client("fopen") before the first query (see docs/MOVING.md).',
};

/** What Node's parser says in that case, whichever header comes first. */
const TWO_LENGTHS = /^(?:Content-Length|Transfer-Encoding) can't be present with/;

const notHttp: ClientError = { status: 400, sentence: 'The request is not valid HTTP.' };

export const hasTwoLengths = ({ reason = '' }: ParserError): boolean => TWO_LENGTHS.test(reason);

/** By the code and the reason of Node's parser. */
export function clientErrorOf(error: ParserError): ClientError {
  return hasTwoLengths(error) ? twoLengths : (errors[error.code ?? ''] ?? notHttp);
}

/** As bytes for the socket, because an unreadable request has no response object. */
export function rawAnswer(
  { status, sentence }: ClientError,
  headers: Readonly<Record<string, string>>,
): string {
  const body = JSON.stringify({ error: sentence });
  const lines = Object.entries({
    'content-type': 'application/json; charset="utf-8"',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
