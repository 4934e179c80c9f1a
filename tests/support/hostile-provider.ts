// An OpenID provider on loopback whose every answer a test can spoil. By itself it is a right one.
import { createSign, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Claims = Readonly<Record<string, unknown>>;

let keys: KeyPairKeyObjectResult | undefined;

export class HostileProvider {
  readonly issuer: string;
  /** Replaces parts of the metadata. */
  metadata: Claims = {};
  discoveryAnswer: 'right' | 'huge' | 'not json' | 'redirect' | 'hang up' = 'right';
  /** Replaces claims of the ID token. */
  claims: Claims = {};
  /** Replaces fields of the token’s header. */
  header: Claims = {};
  /** Spoils the signature. */
  signature: 'right' | 'wrong' | 'none' = 'right';
  /** The nonce that the browser brought, which a right provider puts into the token. */
  nonce = '';
  /** How the token endpoint answers. */
  tokenAnswer: 'right' | 'huge' | 'never' | 'refusal' | 'no id token' = 'right';
  /** The user information. */
  userInfo: Claims | undefined;
  sentBytes = 0;
  /** The forms that the token endpoint got. */
  readonly tokenRequests: URLSearchParams[] = [];
  readonly #server: Server;
  readonly #key: KeyObject;
  readonly #jwk: Claims;

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Once for all providers of a test file, because it takes long.
    keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { publicKey, privateKey } = keys;
    this.#key = privateKey;
    this.#jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<HostileProvider> {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return new HostileProvider(server);
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((ended) => this.#server.close(() => ended()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    if (pathname === '/.well-known/openid-configuration') return this.#discover(response);
    if (pathname === '/keys') return json(response, { keys: [this.#jwk] });
    if (pathname === '/metadata') return json(response, {});
    if (pathname === '/userinfo' && this.userInfo !== undefined) return json(response, this.userInfo);
    if (pathname === '/token') {
      let body = '';
      for await (const part of request) body += String(part);
      this.tokenRequests.push(new URLSearchParams(body));
      return this.#token(response);
    }
    json(response, {}, 404);
  }

  #discover(response: ServerResponse): void {
    if (this.discoveryAnswer === 'huge') return this.#sendHuge(response);
    if (this.discoveryAnswer === 'hang up') return void response.destroy();
    if (this.discoveryAnswer === 'not json') return void response.end('<html>');
    if (this.discoveryAnswer === 'redirect') {
      return void response.writeHead(302, { location: `${this.issuer}/metadata` }).end();
    }
    const { jwks_uri: keys = 'keys', ...others } = this.metadata;
    json(response, {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
      ...(this.userInfo === undefined ? {} : { userinfo_endpoint: `${this.issuer}/userinfo` }),
      jwks_uri: `${this.issuer}/${String(keys)}`,
      ...others,
    });
  }

  #token(response: ServerResponse): void {
    if (this.tokenAnswer === 'never') return;
    if (this.tokenAnswer === 'huge') return this.#sendHuge(response);
    if (this.tokenAnswer === 'refusal') {
      return json(response, { error: 'invalid_client', error_description: 'no\u001b[31m' }, 401);
    }
    json(response, {
      access_token: 'access',
      token_type: 'Bearer',
      ...(this.tokenAnswer === 'no id token' ? {} : { id_token: this.#idToken() }),
    });
  }

  #idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const header = encode({ alg: 'RS256', kid: 'one', ...this.header });
    const claims = encode({
      ...{ iss: this.issuer, aud: 'whm', sub: 'subject-1', nonce: this.nonce },
      ...{ iat: now, exp: now + 300, preferred_username: 'alice' },
      ...this.claims,
    });
    if (this.signature === 'none') return `${header}.${claims}.`;
    const signed = createSign('sha256').update(`${header}.${claims}`).sign(this.#key);
    if (this.signature === 'wrong') signed.writeUInt8(signed.readUInt8(9) ^ 1, 9);
    return `${header}.${claims}.${signed.toString('base64url')}`;
  }

  /** Sends until the client has had enough. */
  #sendHuge(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    const part = Buffer.alloc(65_536, ' ');
    const send = (): void => {
      if (response.destroyed) return;
      this.sentBytes += part.length;
      if (response.write(part)) setImmediate(send);
      else response.once('drain', send);
    };
    send();
  }
}

function json(response: ServerResponse, body: Claims, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function encode(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
