// What Dovecot asks before and after each login to mail: whether the brute-force protection lets it go on. It is a port of
// the loopback for Dovecot alone, which proves itself by a secret, and has no other function. If it does not answer,
// Dovecot lets logins go on. So other programs of this server must not be able to fill it with connections.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
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
import { uidOfClient } from '../capabilities/mail/driver/look-local-client.ts';
import { isLocal, keyOf } from '../capabilities/logins/rules/brute-force/addresses.ts';
import { sourceOfAddress } from './addresses.ts';
import { loginDependenciesOf } from './login-dependencies.ts';
import { isSecret, LoopbackServer, readSmallBody, type LoopbackAnswer } from './loopback-server.ts';
import { MailPenalties } from './mail-penalties.ts';

const MAX_BODY_BYTES = 16_384;
/** Beyond this number, the oldest is forgotten. */
const MAX_USERS = 10_000;
/** A positive status is a number of seconds that Dovecot waits before it checks the password. */
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
  /** True if it came with a token of webmail, which nobody can guess. */
  readonly hasToken: boolean;
  /** The client’s. Undefined for SMTP: Exim itself counts the users of its local clients. */
  readonly port: number | undefined;
  readonly serverPort: number | undefined;
}

interface State {
  readonly penalties: MailPenalties;
  /** By connection: the user of a program of this server, until the outcome is reported. It can close the connection before. */
  readonly users: Map<string, number | undefined>;
}

export class MailPolicy {
  readonly #server: LoopbackServer;

  constructor(application: Application) {
    const state: State = {
      penalties: new MailPenalties(() => application.engine.now()),
      users: new Map(),
    };
    this.#server = new LoopbackServer(application, 'a login to mail', async (request, known) => {
      if (!(await provesItself(application, request))) return { status: 403 };
      known();
      return answerTo(application, state, request);
    });
  }

  /** @returns the port. @throws an error of the system if it cannot be opened. */
  start(port = POLICY_PORT): Promise<number> {
    return this.#server.start(port);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

async function answerTo(
  application: Application,
  state: State,
  request: IncomingMessage,
): Promise<LoopbackAnswer> {
  const command = /^\/\?command=(allow|report)$/.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST' || command === undefined) return { status: 404 };
  const body = await readSmallBody(request);
  if (body === undefined) return { status: 413 };
  const read = readRequest(body);
  if (read === undefined) return { status: 400 };
  const source = await sourceOf(application, state, read, command === 'report');
  if (command === 'allow') {
    if (!(await isAllowed(application, read))) return { status: 200, body: REFUSED };
    const wait = state.penalties.waitOf(source, traceOf(application, read));
    return { status: 200, body: wait === undefined ? REFUSED : { ...ALLOWED, status: wait } };
  }
  await record(application, state.penalties, source, read);
  return { status: 200, body: ALLOWED };
}

/**
 * Whose guesses delay whom: the client’s address, and from this server, the user whose program it is. Undefined for root and
 * for webmail, whose visitors are counted where they log in.
 */
async function sourceOf(
  { engine: { machine } }: Application,
  { users }: State,
  { login: { address }, port, serverPort, hasToken }: PolicyRequest,
  isReport: boolean,
): Promise<string | undefined> {
  if (hasToken || address === undefined) return undefined;
  if (!isLocal(keyOf(address), machine.system)) return sourceOfAddress(address);
  if (port === undefined || serverPort === undefined) return undefined;
  const connection = `${address} ${port} ${serverPort}`;
  const known = users.get(connection);
  users.delete(connection);
  const uid =
    isReport && known !== undefined
      ? known
      : await uidOfClient(await machine.kernel(), { address, port, serverPort });
  if (!isReport) {
    users.set(connection, uid);
    const [oldest] = users.keys();
    if (users.size > MAX_USERS && oldest !== undefined) users.delete(oldest);
  }
  return uid === undefined || uid === 0 ? undefined : `user ${uid}`;
}

/** Without a hash, each attempt counts. */
const traceOf = ({ engine }: Application, { login, passwordHash }: PolicyRequest) =>
  `${login.user} ${passwordHash ?? engine.newXid()}`;

async function provesItself({ engine }: Application, { headers }: IncomingMessage): Promise<boolean> {
  const files = await engine.machine.files([POLICY_DIRECTORY]);
  const secret = readPolicySecret((await files.readText(POLICY_SECRETS, MAX_BODY_BYTES)) ?? '');
  return isSecret(headers[POLICY_HEADER], secret);
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
  const { login, remote, protocol, pwhash, fail_type, success, policy_reject, mechanism, port, server } =
    given as Record<string, unknown>;
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
    hasToken: typeof mechanism === 'string' && TOKEN_MECHANISMS.has(mechanism.toUpperCase()),
    port: numberOf(port),
    serverPort: numberOf(server),
  };
}

const TOKEN_MECHANISMS = new Set(['XOAUTH2', 'OAUTHBEARER']);

/** Undefined for what Dovecot does not know: empty, or 0. */
function numberOf(text: unknown): number | undefined {
  const number = typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return number === 0 ? undefined : number;
}

function isAllowed({ engine }: Application, { login }: PolicyRequest): Promise<boolean> {
  return engine.store.transaction('reads', async (db) => ({
    value: await daemonLogins.isAllowed({ ...engine, db }, login),
    keep: false,
  }));
}

async function record(
  application: Application,
  penalties: MailPenalties,
  source: string | undefined,
  request: PolicyRequest,
): Promise<void> {
  const { login, passwordHash, failType, success, isRefused, hasToken } = request;
  // Neither says anything about the password.
  if (isRefused || (!success && failType === 'internal')) return;
  // Webmail still has a token for a while after its session has ended.
  const isOwnToken =
    hasToken &&
    (login.address === undefined || isLocal(keyOf(login.address), application.engine.machine.system));
  if (!success && isOwnToken) return;
  const dependencies = loginDependenciesOf(application);
  if (!success) {
    penalties.add(source, traceOf(application, request));
    return daemonLogins.recordFailure(dependencies, login, passwordHash);
  }
  const { engine } = application;
  const changesSomething = await engine.store.transaction('reads', async (db) => ({
    value: await daemonLogins.hasFailures({ ...engine, db }, login),
    keep: false,
  }));
  if (changesSomething) await daemonLogins.recordSuccess(dependencies, login);
}
