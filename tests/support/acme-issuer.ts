// An issuer that registers accounts by ACME, and does nothing else. It verifies no signatures: tests/slow has pebble.
import { HttpsServer, type Answer, type Received } from './https-server.ts';

export class AcmeIssuer {
  readonly #server = new HttpsServer();
  /** The URL of the terms. Undefined: it has none. */
  terms: string | undefined = 'https://issuer.example/terms-1.pdf';
  requiresExternalAccount = false;
  /** The payloads of the registrations that it accepted, and the public keys. */
  readonly registrations: { readonly payload: unknown; readonly key: string }[] = [];
  /** Refuses the next registration with this problem. */
  problem: { readonly type: string; readonly detail: string } | undefined;

  async start(): Promise<void> {
    await this.#server.start('localhost');
    this.#server.answer = (request) => this.#answer(request);
  }

  stop(): void {
    this.#server.stop();
  }

  get directory(): string {
    return this.#server.url('localhost', '/directory');
  }

  /** The variables with which an installation trusts it. */
  get environment(): Readonly<Record<string, string>> {
    return { WHMAPI1_OUTBOUND_CERTIFICATES: this.#server.certificate };
  }

  #answer({ path, body }: Received): Answer {
    const url = (place: string) => this.#server.url('localhost', place);
    const headers = { 'replay-nonce': 'nonce', 'content-type': 'application/json' };
    if (path === '/nonce') return { headers };
    if (path === '/directory') {
      const meta = { termsOfService: this.terms, externalAccountRequired: this.requiresExternalAccount };
      const urls = {
        newNonce: url('/nonce'),
        newAccount: url('/new-account'),
        newOrder: url('/new-order'),
      };
      return { headers, body: JSON.stringify({ ...urls, meta }) };
    }
    if (body === '') return { status: 405, headers };
    if (this.problem !== undefined) {
      return { status: 403, headers, body: JSON.stringify(this.problem) };
    }
    const message = JSON.parse(body) as { protected: string; payload: string };
    const { jwk } = decode(message.protected) as { jwk: unknown };
    const key = JSON.stringify(jwk);
    const known = this.registrations.findIndex((one) => one.key === key);
    if (known < 0) this.registrations.push({ payload: decode(message.payload), key });
    const number = known < 0 ? this.registrations.length : known + 1;
    return {
      status: 201,
      headers: { ...headers, location: url(`/account/${number}`) },
      body: JSON.stringify({ status: 'valid' }),
    };
  }
}

function decode(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}
