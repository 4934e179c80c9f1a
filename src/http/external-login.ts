// Logins through identity providers (OpenID Connect): the way to the provider, the way back, and what a login may still
// lack after that. The paths of the first two are those of WHM.
import { parse, serialize } from 'cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RawArgument } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import { MachineError } from '../core/machine-error.ts';
import type { ProviderClient } from '../core/machine-identity-providers.ts';
import * as display from '../capabilities/logins/rules/identity-providers/display.ts';
import * as externalLogins from '../capabilities/logins/rules/identity-providers/external-logins.ts';
import * as identityLogin from '../capabilities/logins/rules/identity-providers/identity-login.ts';
import * as links from '../capabilities/logins/rules/identity-providers/links.ts';
import type { LinkedIdentity } from '../capabilities/logins/rules/identity-providers/links.ts';
import * as providers from '../capabilities/logins/rules/identity-providers/providers.ts';
import * as provenIdentities from '../capabilities/logins/rules/identity-providers/proven-identities.ts';
import * as logins from '../capabilities/logins/rules/logins.ts';
import * as sessions from '../capabilities/logins/rules/sessions.ts';
import { readBody, readCall } from './call.ts';
import type { Door } from './door.ts';
import type { Refusal } from './error-answers.ts';
import { field, sendLoginPage, sendWayIn, setSession } from './login.ts';
import { canUseProviders } from './login-buttons.ts';
import { loginDependenciesOf } from './login-dependencies.ts';
import { COMPLETE_PATH, renderIdentityPage } from './page/identity-page.ts';
import { bodyOf, queryOf, userIn } from './request.ts';

/** `__Host-`: no other host, and no page without TLS, can set it. */
const LOGIN_COOKIE = '__Host-whmapi1-login';
const IDENTITY_COOKIE = '__Host-whmapi1-identity';

export function addExternalLogin(server: FastifyInstance, door: Door): void {
  server.get('/openid_connect/:provider', (request, reply) => begin(request, reply, door));
  server.get('/openid_connect_callback/:provider', (request, reply) => comeBack(request, reply, door));
  server.post(COMPLETE_PATH, (request, reply) => complete(request, reply, door));
}

/** Sends the browser to the provider. */
async function begin(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<FastifyReply> {
  const provider = providerIn(request);
  const host = hostIn(request);
  if (!canUseProviders(request) || host === undefined) {
    return sendLoginPage(request, reply, door, refusal('Open this page over HTTPS to log in this way.'));
  }
  const dependencies = loginDependenciesOf(door.application);
  if (await identityLogin.isBlocked(dependencies, request.ip))
    return refuse(request, reply, door, logins.DENIED);
  const client = await enabledClient(door, provider);
  if (client === undefined) return refuse(request, reply, door, NOT_ENABLED);
  const redirectUri = `${request.protocol}://${host}${providers.callbackPath(provider)}`;
  try {
    const begun = await dependencies.transaction((db) =>
      externalLogins.begin(
        { ...dependencies, db },
        { service: door.service, provider, redirectUri, address: request.ip },
      ),
    );
    const port = await door.application.engine.machine.identityProviders();
    const url = await port.authorizationUrl(client, begun.request);
    reply.header('set-cookie', cookieText(LOGIN_COOKIE, begun.secret, externalLogins.LOGIN_MS));
    return await reply.redirect(url, 303);
  } catch (error) {
    return refuseFailure(request, reply, door, error);
  }
}

/** The browser comes back from the provider. */
async function comeBack(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<FastifyReply> {
  const provider = providerIn(request);
  const query = queryOf(request);
  const state = field(readCall(query, undefined).args, 'state');
  const secret = cookieIn(request, LOGIN_COOKIE);
  reply.header('set-cookie', cookieText(LOGIN_COOKIE, '', 0));
  const dependencies = loginDependenciesOf(door.application);
  if (await identityLogin.isBlocked(dependencies, request.ip))
    return refuse(request, reply, door, logins.DENIED);
  const begun = await dependencies.transaction((db) =>
    externalLogins.take({ ...dependencies, db }, { service: door.service, provider, state, secret }),
  );
  if (begun === undefined) return refuse(request, reply, door, EXPIRED);
  const client = await enabledClient(door, provider);
  if (client === undefined) return refuse(request, reply, door, NOT_ENABLED);
  try {
    const port = await door.application.engine.machine.identityProviders();
    const proven = await port.identify(client, begun, query);
    const identity = { provider, issuer: client.issuer, ...proven };
    return await proceed(request, reply, door, { identity, fields: [], secret: undefined });
  } catch (error) {
    return refuseFailure(request, reply, door, error);
  }
}

/** The form of a login that lacked something. */
async function complete(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<FastifyReply> {
  const body = bodyOf(request);
  const fields = body === undefined ? [] : readBody(body);
  const secret = cookieIn(request, IDENTITY_COOKIE);
  const dependencies = loginDependenciesOf(door.application);
  const identity = await dependencies.transaction((db) =>
    provenIdentities.find({ ...dependencies, db }, secret),
  );
  if (identity === undefined) return refuse(request, reply, door, EXPIRED);
  // It may have been confirmed at the other door, which can have other providers.
  const client = await enabledClient(door, identity.provider);
  if (client?.issuer !== identity.issuer) return refuse(request, reply, door, NOT_ENABLED);
  return proceed(request, reply, door, { identity, fields, secret });
}

function enabledClient(door: Door, provider: string): Promise<ProviderClient | undefined> {
  const dependencies = loginDependenciesOf(door.application);
  return dependencies.transaction((db) =>
    providers.findEnabled({ ...dependencies, db }, provider, door.service),
  );
}

interface Proceeding {
  readonly identity: LinkedIdentity;
  readonly fields: readonly RawArgument[];
  /** The secret of the kept identity. Undefined if it is not kept yet. */
  readonly secret: string | undefined;
}

/** Logs the identity in, or asks for what is lacking. */
async function proceed(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  { identity, fields, secret }: Proceeding,
): Promise<FastifyReply> {
  const dependencies = loginDependenciesOf(door.application);
  const users = await dependencies.transaction((db) => identityLogin.usersAt(db, door.service, identity));
  const isLinking = users.length === 0;
  const [only = ''] = users;
  const user = users.length === 1 ? only : field(fields, 'user');
  const code = field(fields, 'tfa_token').trim();
  const ask = (problem?: Refusal) =>
    askForMore(request, reply, door, { identity, users, user, secret, problem });
  if (user === '') return ask();
  const before = await dependencies.transaction((db) => sessions.stateOf(db, user));
  const verdict = await (isLinking
    ? logins.attempt(dependencies, {
        service: door.service,
        user,
        password: field(fields, 'pass'),
        code,
        address: request.ip,
      })
    : identityLogin.attempt(dependencies, {
        service: door.service,
        identity,
        user,
        code,
        address: request.ip,
      }));
  const authentication = isLinking
    ? `password, for ${identityLogin.authenticationBy(identity)}`
    : identityLogin.authenticationBy(identity);
  const about = { user: userIn(user), address: request.ip, authentication };
  if ('problem' in verdict) {
    await door.application.auditLogin({ command: 'login', ...about, problem: verdict.problem });
    door.log.warn({ address: request.ip, problem: verdict.problem }, 'login refused');
    return ask(verdict);
  }
  // If the audit line cannot be written, the login fails.
  await door.application.auditLogin({ command: 'login', ...about, authentication: verdict.authentication });
  if (isLinking) await door.application.auditLogin({ command: 'link_user_authn_provider', ...about });
  const opened = await dependencies.transaction(async (db) => {
    const context = { ...dependencies, db };
    if ((await sessions.stateOf(db, user)) !== before) return undefined;
    if (secret !== undefined && !(await provenIdentities.use(context, secret))) return undefined;
    if (isLinking) await links.add(db, identity, user, dependencies.now());
    return sessions.open(context, user, {
      service: door.service,
      address: request.ip,
      authentication: verdict.authentication,
    });
  });
  if (opened === undefined) return refuse(request, reply, door, EXPIRED);
  setSession(request, reply, door, opened);
  reply.header('set-cookie', cookieText(IDENTITY_COOKIE, '', 0));
  return sendWayIn(reply, opened.securityToken, verdict.warnings);
}

interface Lacking {
  readonly identity: LinkedIdentity;
  readonly users: readonly string[];
  readonly user: string;
  readonly secret: string | undefined;
  readonly problem: Refusal | undefined;
}

async function askForMore(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  { identity, users, user, secret, problem }: Lacking,
): Promise<FastifyReply> {
  // A user who may not log in cannot mend that with another form.
  if (problem?.problem === 'denied' && users.length > 0) {
    return sendLoginPage(request, reply, door, problem);
  }
  const dependencies = loginDependenciesOf(door.application);
  const { shown, kept } = await dependencies.transaction(async (db) => ({
    shown: await display.read(db, identity.provider, door.service),
    kept: secret ?? (await provenIdentities.keep({ ...dependencies, db }, identity)),
  }));
  reply.header('set-cookie', cookieText(IDENTITY_COOKIE, kept, provenIdentities.PROVEN_MS));
  const page = renderIdentityPage({
    hostname: door.application.engine.machine.system.hostname(),
    provider: shown.display_name,
    identity: identity.preferredUsername,
    users,
    user,
    needsCode: problem !== undefined && problem.problem !== 'denied',
    refusal: problem,
  });
  return reply
    .code(problem === undefined ? 200 : 401)
    .header('content-type', 'text/html; charset=utf-8')
    .send(page);
}

const NOT_ENABLED = refusal('Logins with this identity provider are not enabled on this server.');
const EXPIRED = refusal(
  'This login has expired, has already been used, or was begun in another window. Begin it again.',
);

function refusal(reason: string): Refusal {
  return { problem: 'denied', reason };
}

async function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  refused: Refusal,
): Promise<FastifyReply> {
  const authentication = identityLogin.authenticationBy({ provider: providerIn(request) });
  await door.application.auditLogin({
    command: 'login',
    user: '',
    address: request.ip,
    authentication,
    problem: refused.problem,
  });
  door.log.warn({ address: request.ip, reason: refused.reason }, 'login refused');
  return sendLoginPage(request, reply, door, refused);
}

/** The provider failed, or too many logins are in progress. */
function refuseFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  error: unknown,
): Promise<FastifyReply> {
  const isExpected = error instanceof MachineError || (error instanceof ApiError && error.code === 'busy');
  if (!isExpected) throw error;
  return refuse(request, reply, door, refusal(error.message));
}

/** As in the path, if it can be one. */
function providerIn(request: FastifyRequest): string {
  const { provider = '' } = (request.params ?? {}) as { provider?: string };
  return /^[a-z][a-z0-9_-]{0,31}$/.test(provider) ? provider : '';
}

/** The name and port under which the browser has opened this server. The provider accepts registered ones only. */
function hostIn({ host }: FastifyRequest): string | undefined {
  return /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.test(host) ? host : undefined;
}

function cookieIn({ headers }: FastifyRequest, name: string): string {
  return headers.cookie === undefined ? '' : (parse(headers.cookie)[name] ?? '');
}

/** `lax`: the browser sends the cookie when it comes back from the provider, but not with a form of another site. */
function cookieText(name: string, value: string, lifetimeMs: number): string {
  const maxAge = Math.floor(lifetimeMs / 1000);
  return serialize(name, value, { path: '/', httpOnly: true, sameSite: 'lax', secure: true, maxAge });
}
