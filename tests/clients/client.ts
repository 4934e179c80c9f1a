// A client of the API as others wrote it: it sends a request byte for byte, and returns the response.
import { connect } from 'node:net';
import { TestServer } from '../support/server.ts';

export interface Received {
  readonly status: number;
  readonly body: string;
  /** The body as JSON; tests read from it what the client reads. */
  readonly json: () => Json;
}
/** A value of a response, as a client without types reads it. */
export type Json = { readonly [key: string]: Json } & readonly Json[];

export class Client {
  readonly #server: TestServer;
  readonly token: string;

  private constructor(server: TestServer, token: string) {
    this.#server = server;
    this.token = token;
  }

  static async start(): Promise<Client> {
    const server = await TestServer.start();
    const { data } = await server.here.call('api_token_create', { token_name: 'billing' });
    return new Client(server, data?.token as string);
  }

  get here(): TestServer['here'] {
    return this.#server.here;
  }

  get url(): string {
    return this.#server.url;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Sends the first line, headers without Host, and a body. The server’s response closes the connection. */
  send(line: string, headers: readonly string[], body = ''): Promise<Received> {
    const { hostname, port } = new URL(this.#server.url);
    const all = [`${line} HTTP/1.1`, `Host: ${hostname}:${port}`, ...headers, 'Connection: close', '', body];
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(all.join('\r\n')));
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => pieces.push(piece));
      socket.on('error', reject);
      socket.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        const end = text.indexOf('\r\n\r\n');
        const content = text.slice(end + 4);
        resolve({
          status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]),
          body: content,
          json: () => JSON.parse(content) as Json,
        });
      });
    });
  }

  get(path: string, authorization: string, ...headers: readonly string[]): Promise<Received> {
    return this.send(`GET ${path}`, [`Authorization: ${authorization}`, ...headers]);
  }

  /** Encodes a form like PHP’s http_build_query. */
  post(
    path: string,
    authorization: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Received> {
    const body = new URLSearchParams(fields).toString();
    return this.send(
      `POST ${path}`,
      [
        `Authorization: ${authorization}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    );
  }
}
