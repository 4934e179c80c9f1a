// The tokens of webmail: Roundcube gets them here for its codes, and Dovecot asks whose they are. It is a port of the loopback,
// which the programs of accounts can reach, too. So everybody proves what they are by a secret, and nobody can fill the
// port with connections.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Application } from '../../app/app.ts';
import type { Db } from '../../core/context.ts';
import { exchange, introspect } from '../../capabilities/webmail/rules/grants.ts';
import { CLIENT, TOKEN_PORT } from '../../capabilities/webmail/rules/places.ts';
import { clientSecret, introspectionSecret } from '../../capabilities/webmail/rules/secrets.ts';

const MAX_BODY_BYTES = 16_384;
/** A connection that has proved nothing by then is closed. */
const STRANGER_MS = 1000;
/** Beyond this number of such connections, the oldest is closed. */
const MAX_STRANGERS = 64;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number | boolean>>;
  /** The client has proved what it is. */
  readonly isKnown: boolean;
}

const refused = (status: number, error: string, isKnown = false): Answer => ({
  ...{ status, isKnown },
  body: { error },
});

export class WebmailTokens {
  readonly #application: Application;
  readonly #server: Server;
  /** The connections that have proved nothing, the oldest first. */
  readonly #strangers = new Set<Socket>();

  constructor(application: Application) {
    this.#application = application;
    this.#server = createServer(
      { maxHeaderSize: 4096, headersTimeout: 2000, requestTimeout: 2000, connectionsCheckingInterval: 1000 },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on('connection', (socket: Socket) => this.#greet(socket));
  }

  /** @returns the port. @throws an error of the system if it cannot be opened. */
  async start(port = TOKEN_PORT): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: '127.0.0.1', port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets requests in progress finish. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await closed;
  }

  #greet(socket: Socket): void {
    this.#strangers.add(socket);
    const patience = setTimeout(() => {
      if (this.#strangers.has(socket)) socket.destroy();
    }, STRANGER_MS).unref();
    socket.once('close', () => {
      clearTimeout(patience);
      this.#strangers.delete(socket);
    });
    const [oldest] = this.#strangers;
    if (this.#strangers.size > MAX_STRANGERS) oldest?.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { engine } = this.#application;
    let answer = refused(500, 'server_error');
    try {
      answer = await answerTo(this.#application, request);
      if (answer.isKnown) this.#strangers.delete(request.socket);
    } catch (error) {
      if (!request.socket.destroyed) engine.logUnexpected(engine.newXid(), 'a token of webmail', error);
    }
    const body = JSON.stringify(answer.body);
    response
      .writeHead(answer.status, {
        ...{ 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
        'cache-control': 'no-store',
        ...(answer.status === 401 && { 'www-authenticate': 'Basic realm="webmail"' }),
        ...(!answer.isKnown && { connection: 'close' }),
      })
      .end(body);
  }
}

function answerTo(application: Application, request: IncomingMessage): Promise<Answer> | Answer {
  const { method, url } = request;
  if (method === 'POST' && url === '/token') return giveToken(application, request);
  if (method === 'GET' && url === '/identity') return tellIdentity(application, request);
  if (method === 'POST' && url === '/introspect') return tellState(application, request);
  return refused(404, 'not_found');
}

/** RFC 6749, section 4.1.3. */
async function giveToken({ engine }: Application, request: IncomingMessage): Promise<Answer> {
  const form = await readForm(request);
  const secret = await clientSecret(engine.machine);
  if (form?.get('client_id') !== CLIENT || !isSame(form.get('client_secret'), secret))
    return refused(401, 'invalid_client');
  if (form.get('grant_type') !== 'authorization_code') return refused(400, 'unsupported_grant_type', true);
  const given = { code: form.get('code') ?? '', redirectUri: form.get('redirect_uri') ?? '' };
  const granted = await engine.store.transaction('changes', async (db) => ({
    value: await exchange({ ...engine, db }, given),
    keep: true,
  }));
  if (granted === undefined) return refused(400, 'invalid_grant', true);
  const { token, expiresAt } = granted;
  const expiresIn = Math.floor((expiresAt - engine.now()) / 1000);
  return {
    ...{ status: 200, isKnown: true },
    body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn },
  };
}

/** For Roundcube: the name with which it logs in to Dovecot. */
async function tellIdentity({ engine }: Application, { headers }: IncomingMessage): Promise<Answer> {
  const [, token] = /^Bearer ([\w-]{1,128})$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return refused(401, 'invalid_token');
  const holder = await reading(engine, (db) => introspect({ ...engine, db }, token));
  if (holder === undefined) return refused(401, 'invalid_token');
  return { status: 200, isKnown: true, body: { user: holder.user } };
}

/** RFC 7662. */
async function tellState({ engine }: Application, request: IncomingMessage): Promise<Answer> {
  const [, encoded = ''] = /^Basic ([\w+/=]{1,512})$/i.exec(request.headers.authorization ?? '') ?? [];
  const [, secret] = /^dovecot:(.*)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (!isSame(secret, await introspectionSecret(engine.machine))) return refused(401, 'invalid_client');
  const token = (await readForm(request))?.get('token') ?? '';
  const holder = await reading(engine, (db) => introspect({ ...engine, db }, token));
  if (holder === undefined) return { status: 200, isKnown: true, body: { active: false } };
  const { user, expiresAt } = holder;
  return {
    ...{ status: 200, isKnown: true },
    body: { active: true, username: user, client_id: CLIENT, exp: Math.floor(expiresAt / 1000) },
  };
}

/** Both are hashed, so how long this takes reveals nothing. */
function isSame(given: string | null | undefined, secret: string | undefined): boolean {
  if (typeof given !== 'string' || secret === undefined) return false;
  const [one, other] = [given, secret].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

/** Undefined if the body is too long, or has a field twice. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  const form = new URLSearchParams(Buffer.concat(pieces).toString());
  return new Set(form.keys()).size === [...form.keys()].length ? form : undefined;
}

async function reading<T>(
  { store }: Pick<Application['engine'], 'store'>,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  return store.transaction('reads', async (db) => ({ value: await work(db), keep: false }));
}
