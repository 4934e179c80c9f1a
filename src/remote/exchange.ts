// One HTTPS request and its response, with a time limit and a size limit.
import { request } from 'node:https';
import { authorityOf, ConnectionError, type ServerAgent } from './connection.ts';
import type { RemoteHost } from './hosts.ts';

export interface Outgoing {
  readonly path: string;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The request was sent, at least in part, but no complete response arrived. */
export class LostError extends Error {
  override readonly name = 'LostError';
}

/** The response is larger than the limit. */
export class TooLargeError extends LostError {}

/** The maximum size of a response. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws ConnectionError if nothing was sent, LostError if the outcome is unknown. */
export function exchange(
  host: RemoteHost,
  agent: ServerAgent,
  { path, type, body, headers }: Outgoing,
  milliseconds: number,
): Promise<Incoming> {
  const { name, port, label } = host;
  return new Promise((resolve, reject) => {
    let isSent = false;
    const outgoing = request({
      agent,
      host: name,
      port,
      path,
      method: 'POST',
      // A list is faster than an object by a tenth of a call, because Node writes it unchanged.
      headers: Object.entries({
        // As Node writes it, without HTTPS's default port (RFC 9110, section 4.2.2).
        host: authorityOf(host).replace(/:443$/, ''),
        accept: 'application/json',
        'user-agent': 'whmapi1',
        ...headers,
        'content-type': type,
        'content-length': String(Buffer.byteLength(body)),
      }).flat(),
    });
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      finish();
    };
    const lose = (error: Error) =>
      settle(() => {
        outgoing.destroy();
        reject(error);
      });
    const timer = setTimeout(() => {
      const late = `${label} did not answer within ${milliseconds / 1000} seconds`;
      lose(isSent ? new LostError(late) : new ConnectionError(`${late}.`, true));
    }, milliseconds);
    outgoing.once('socket', () => (isSent = true));
    outgoing.once('error', (error) => {
      if (error instanceof ConnectionError) lose(error);
      else if (isSent) lose(new LostError(`the connection to ${label} was lost (${error.message})`));
      else lose(new ConnectionError(`${label} could not be reached: ${error.message}.`, true));
    });
    outgoing.once('response', (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size <= MAX_ANSWER_BYTES) pieces.push(piece);
        else
          lose(
            new TooLargeError(`the answer of ${label} is larger than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB`),
          );
      });
      response.once('error', (error) =>
        lose(new LostError(`the answer of ${label} broke off (${error.message})`)),
      );
      response.once('end', () => {
        if (!response.complete) return lose(new LostError(`the answer of ${label} broke off`));
        const { statusCode: status = 0, headers: received } = response;
        settle(() => resolve({ status, headers: received, text: Buffer.concat(pieces).toString('utf8') }));
      });
    });
    outgoing.end(body);
  });
}
