// What Dovecot asks before and after each login to mail: whether the brute-force protection lets it go on. It is a port of
// the loopback for Dovecot alone, which proves itself by a secret, and has no other function. If it does not answer,
// Dovecot lets logins go on. So other programs of this server must not be able to fill it with connections.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP, type AddressInfo, type Socket } from 'node:net';
import type { Application } from '../app/app.ts';
import * as daemonLogins from '../capabilities/logins/rules/daemon-logins.ts';
import {
  POLICY_DIRECTORY,
  POLICY_HEADER,
  POLICY_PORT,
  POLICY_SECRETS,
  programOf,
  readPolicySecret,
} from '../capabilities/mail/rules/login-policy.ts';
import { loginDependenciesOf } from './login-dependencies.ts';

const MAX_BODY_BYTES = 16_384;
/** A connection that has not sent the secret by then is closed. */
const STRANGER_MS = 1000;
/** Beyond this number of such connections, the oldest is closed. */
const MAX_STRANGERS = 64;

const ALLOWED = { status: 0, msg: '' };
const REFUSED = { status: -1, msg: 'Too many failed logins.' };

interface PolicyRequest {
  readonly login: daemonLogins.DaemonLogin;
  readonly passwordHash: string | undefined;
  readonly success: boolean;
  /** Why a login failed, such as `credentials` or `internal`. */
  readonly failType: string;
  /** True if this server refused the login itself. */
  readonly isRefused: boolean;
}

export class MailPolicy {
  readonly #application: Application;
  readonly #server: Server;
  /** The connections that have not sent the secret, the oldest first. */
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
  async start(port = POLICY_PORT): Promise<number> {
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
    let answer: Answer = 500;
    try {
      const isDovecot = await provesItself(this.#application, request);
      if (isDovecot) this.#strangers.delete(request.socket);
      answer = isDovecot ? await answerTo(this.#application, request) : 403;
    } catch (error) {
      if (!request.socket.destroyed) engine.logUnexpected(engine.newXid(), 'a login to mail', error);
    }
    send(response, answer);
  }
}

/** A status is the answer to what Dovecot does not send. */
type Answer = number | typeof ALLOWED;

function send(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'number') {
    response.writeHead(answer, { connection: 'close', 'content-length': '0' }).end();
    return;
  }
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}

async function answerTo(application: Application, request: IncomingMessage): Promise<Answer> {
  const command = /^\/\?command=(allow|report)$/.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST' || command === undefined) return 404;
  const body = await bodyOf(request);
  if (body === undefined) return 413;
  const read = readRequest(body);
  if (read === undefined) return 400;
  if (command === 'allow') return (await isAllowed(application, read)) ? ALLOWED : REFUSED;
  await record(application, read);
  return ALLOWED;
}

async function provesItself({ engine }: Application, { headers }: IncomingMessage): Promise<boolean> {
  const given = headers[POLICY_HEADER];
  if (typeof given !== 'string') return false;
  const files = await engine.machine.files([POLICY_DIRECTORY]);
  const secret = readPolicySecret((await files.readText(POLICY_SECRETS, MAX_BODY_BYTES)) ?? '');
  return secret !== undefined && timingSafeEqual(digestOf(given), digestOf(secret));
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Undefined if it is not what Dovecot was told to send (`configuration.ts` of mail). */
function readRequest(body: string): PolicyRequest | undefined {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const { login, remote, protocol, pwhash, fail_type, success, policy_reject } = given as Record<
    string,
    unknown
  >;
  if (typeof login !== 'string' || typeof remote !== 'string' || typeof protocol !== 'string')
    return undefined;
  if (remote !== '' && isIP(remote) === 0) return undefined;
  return {
    login: {
      ...{ user: login, service: 'mail', program: programOf(protocol) },
      address: remote === '' ? undefined : remote,
    },
    passwordHash: typeof pwhash === 'string' && pwhash !== '' ? pwhash : undefined,
    failType: typeof fail_type === 'string' ? fail_type : '',
    success: success === true,
    isRefused: policy_reject === true,
  };
}

function isAllowed({ engine }: Application, { login }: PolicyRequest): Promise<boolean> {
  return engine.store.transaction('reads', async (db) => ({
    value: await daemonLogins.isAllowed({ ...engine, db }, login),
    keep: false,
  }));
}

async function record(application: Application, request: PolicyRequest): Promise<void> {
  const { login, passwordHash, failType, success, isRefused } = request;
  // Neither says anything about the password.
  if (isRefused || (!success && failType === 'internal')) return;
  const dependencies = loginDependenciesOf(application);
  if (!success) return daemonLogins.recordFailure(dependencies, login, passwordHash);
  const { engine } = application;
  const changesSomething = await engine.store.transaction('reads', async (db) => ({
    value: await daemonLogins.hasFailures({ ...engine, db }, login),
    keep: false,
  }));
  if (changesSomething) await daemonLogins.recordSuccess(dependencies, login);
}
