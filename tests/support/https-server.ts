// A server on 127.0.0.1 with a certificate of its own, for what this program sends to others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export class HttpsServer {
  readonly received: Received[] = [];
  answer: (request: Received) => Answer = () => ({});
  readonly #directory = mkdtempSync(join(tmpdir(), 'whmapi1-https-'));
  #server: Server | undefined;
  #port = 0;

  /** @param names the hostnames in its certificate. */
  async start(...names: string[]): Promise<void> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
      extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) }],
    });
    writeFileSync(this.certificate, cert);
    this.#server = createServer({ cert, key }, (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const one = { method, path, host: headers.host?.split(':')[0] ?? '', headers, body };
        this.received.push(one);
        const answer = this.answer(one);
        response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'ok');
      });
    });
    await new Promise<void>((ready) => this.#server?.listen(0, '127.0.0.1', ready));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** The file with its certificate (PEM). */
  get certificate(): string {
    return join(this.#directory, 'certificate.pem');
  }

  get port(): number {
    return this.#port;
  }

  url(name: string, path = '/'): string {
    return `https://${name}:${this.#port}${path}`;
  }

  /** Forgets the requests, and answers as at first. */
  reset(): void {
    this.received.length = 0;
    this.answer = () => ({});
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
    rmSync(this.#directory, { recursive: true });
  }
}
