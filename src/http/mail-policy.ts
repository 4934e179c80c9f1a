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
import { loginDependenciesOf } from './login-dependencies.ts';
import { isSecret, LoopbackServer, readSmallBody, type LoopbackAnswer } from './loopback-server.ts';

const MAX_BODY_BYTES = 16_384;
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
  readonly #server: LoopbackServer;

  constructor(application: Application) {
    this.#server = new LoopbackServer(application, 'a login to mail', async (request, known) => {
      if (!(await provesItself(application, request))) return { status: 403 };
      known();
      return answerTo(application, request);
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

async function answerTo(application: Application, request: IncomingMessage): Promise<LoopbackAnswer> {
  const command = /^\/\?command=(allow|report)$/.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST' || command === undefined) return { status: 404 };
  const body = await readSmallBody(request);
  if (body === undefined) return { status: 413 };
  const read = readRequest(body);
  if (read === undefined) return { status: 400 };
  if (command === 'allow')
    return { status: 200, body: (await isAllowed(application, read)) ? ALLOWED : REFUSED };
  await record(application, read);
  return { status: 200, body: ALLOWED };
}

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
