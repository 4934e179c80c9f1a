// Logging in and out: POST /login as sent by clients of WHM, one-time login links, and /logout.
import { serialize } from 'cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RawArgument } from '../core/context.ts';
import * as loginTokens from '../capabilities/logins/rules/tokens.ts';
import * as logins from '../capabilities/logins/rules/logins.ts';
import * as sessions from '../capabilities/logins/rules/sessions.ts';
import * as mailboxLogin from '../capabilities/webmail/rules/mailbox-login.ts';
import { RELOGIN_COOKIES, SESSION_COOKIES, type Door } from './door.ts';
import type { Refusal } from './error-answers.ts';
import { readBody, readCall } from './call.ts';
import { loginDependenciesOf } from './login-dependencies.ts';
import { renderLoginPage, renderWayIn } from './page/login-page.ts';
import { loginButtons } from './login-buttons.ts';
import { acceptsHtml, bodyOf, queryOf, securityTokenOf, sessionIdOf, userIn } from './request.ts';

export function addLogin(server: FastifyInstance, door: Door): void {
  for (const path of ['/login', '/login/']) {
    server.post(path, (request, reply) => logIn(request, reply, door));
    server.get(path, (request, reply) => sendLoginPage(request, reply, door));
  }
  server.get('/:token/login/', (request, reply) => redeem(request, reply, door));
  for (const path of ['/:token/login', '/:token/login/'])
    server.post(path, (request, reply) => redeem(request, reply, door));
  for (const path of ['/logout', '/logout/', '/:token/logout', '/:token/logout/']) {
    server.route({
      method: ['GET', 'POST'],
      url: path,
      handler: (request, reply) => logOut(request, reply, door),
    });
  }
}

async function logIn(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<FastifyReply> {
  const body = bodyOf(request);
  const fields = [
    ...readCall(queryOf(request), undefined).args,
    ...(body === undefined ? [] : readBody(body)),
  ];
  const { application, service } = door;
  const dependencies = loginDependenciesOf(application, request.raw.socket);
  const isMailbox = service === 'webmaild' && field(fields, 'user').includes('@');
  const user = field(fields, 'user');
  const before = await dependencies.transaction((db) => sessions.stateOf(db, user));
  const verdict = await (isMailbox ? mailboxLogin : logins).attempt(dependencies, {
    service,
    user,
    password: field(fields, 'pass'),
    code: field(fields, 'tfa_token').trim(),
    address: request.ip,
  });
  // If the audit line cannot be written, the login fails.
  await application.auditLogin({
    command: 'login',
    user: userIn(user),
    address: request.ip,
    ...('problem' in verdict
      ? { authentication: 'password', problem: verdict.problem }
      : { authentication: verdict.authentication }),
  });
  const isForPeople = field(fields, 'login_only') !== '1' && acceptsHtml(request);
  if ('problem' in verdict) {
    door.log.warn({ address: request.ip, problem: verdict.problem }, 'login refused');
    return isForPeople ? sendLoginPage(request, reply, door, verdict, user) : refuseLogin(reply, verdict);
  }
  const opened = await dependencies.transaction(async (db) => {
    // The session of a mailbox is compared with the mailbox’s password at each request.
    if (!isMailbox && (await sessions.stateOf(db, user)) !== before) return undefined;
    return sessions.open({ ...dependencies, db }, verdict.caller.user, {
      service,
      address: request.ip,
      authentication: verdict.authentication,
      mailbox: verdict.mailbox,
    });
  });
  if (opened === undefined) {
    door.log.warn({ address: request.ip }, 'the user’s logins ended during a login');
    return isForPeople
      ? sendLoginPage(request, reply, door, logins.DENIED, user)
      : refuseLogin(reply, logins.DENIED);
  }
  setSession(request, reply, door, opened);
  const { securityToken } = opened;
  const { warnings } = verdict;
  if (isForPeople) return sendWayIn(reply, securityToken, warnings);
  return reply.header('content-type', 'application/json; charset="utf-8"').send(
    JSON.stringify({
      status: 1,
      redirect: `/${securityToken}/`,
      security_token: `/${securityToken}`,
      ...(warnings.length > 0 ? { warnings } : {}),
    }),
  );
}

/** A one-time link of create_user_session or get_login_url, or a session of the module Session, in the body of a POST. */
async function redeem(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<FastifyReply> {
  const { application, service } = door;
  const body = bodyOf(request);
  const args = [...readCall(queryOf(request), undefined).args, ...(body === undefined ? [] : readBody(body))];
  const hash = await application.engine.sha256(field(args, 'session'));
  const dependencies = loginDependenciesOf(application);
  const used = await dependencies.transaction(async (db) => {
    const context = { ...dependencies, db };
    const link = await loginTokens.redeem(context, hash, service, request.ip);
    if (link === undefined) return undefined;
    const { username, app, securityTokenHash, onlyFrom, mailbox } = link;
    const begun = { service, address: request.ip, authentication: 'login link' };
    const about = { ...begun, securityTokenHash, onlyFrom, mailbox };
    return { app, username, opened: await sessions.open(context, username, about) };
  });
  const about = { address: request.ip, authentication: 'login link' };
  if (used === undefined) {
    await application.auditLogin({ command: 'login', user: '', ...about, problem: 'denied' });
    return sendLoginPage(request, reply, door, {
      problem: 'denied',
      reason: 'The link has already been used or has expired. Create a new one.',
    });
  }
  const { app, opened, username } = used;
  await application.auditLogin({ command: 'login', user: username, ...about });
  // The security token in the link’s path belongs to the new session.
  const securityToken = securityTokenOf(request) ?? opened.securityToken;
  setSession(request, reply, door, { id: opened.id, securityToken });
  if (/^https?:\/\//.test(app) && URL.canParse(app)) return reply.redirect(new URL(app).href, 303);
  // After a redirect from another site, a browser would not send the new cookie (SameSite).
  return acceptsHtml(request)
    ? sendWayIn(reply, securityToken, [])
    : reply.redirect(`/${securityToken}/`, 303);
}

async function logOut(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<FastifyReply> {
  await endSession(request, reply, door);
  if (acceptsHtml(request)) return reply.redirect('/', 303);
  return reply.header('content-type', 'application/json; charset="utf-8"').send('{"status":1}');
}

/** Ends the session of a request, here and in the browser. Does nothing if there is none. */
export async function endSession(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<void> {
  const id = sessionIdOf(request, door);
  if (id !== undefined) {
    const dependencies = loginDependenciesOf(door.application);
    await dependencies.transaction((db) => sessions.close({ ...dependencies, db }, id));
  }
  reply.header('set-cookie', cookieText(request, door, '', 0));
}

/** Not 303: clients of WHM would follow it and lose the header that they need. */
export function setSession(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Pick<Door, 'service'>,
  opened: sessions.Opened,
): void {
  // Some clients take the second cookie of the response, whatever its name: cPanel ends another one first.
  const ended = cookieText(request, door, 'no', 0, RELOGIN_COOKIES[door.service]);
  reply
    .header('location', `/${opened.securityToken}/`)
    .header('set-cookie', [ended, cookieText(request, door, opened.id)]);
}

/** A session cookie unless `maxAge` (seconds) is set. */
function cookieText(
  request: FastifyRequest,
  { service }: Pick<Door, 'service'>,
  value: string,
  maxAge?: number,
  name: string = SESSION_COOKIES[service],
): string {
  const secure = request.protocol === 'https';
  const options = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  return serialize(name, value, maxAge === undefined ? options : { ...options, maxAge });
}

function refuseLogin(reply: FastifyReply, { problem, reason }: Refusal): FastifyReply {
  const body =
    problem === 'denied'
      ? { status: 0, message: 'see_login_log' }
      : { status: 0, message: reason, error_code: problem };
  reply.raw.statusMessage = 'Access Denied';
  return reply
    .code(401)
    .header('content-type', 'application/json; charset="utf-8"')
    .send(JSON.stringify(body));
}

export async function sendLoginPage(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  refusal?: Refusal,
  user = '',
): Promise<FastifyReply> {
  const { application, service } = door;
  const hostname = application.engine.machine.system.hostname();
  const buttons = await loginButtons(request, door);
  return reply
    .code(refusal === undefined ? 200 : 401)
    .header('content-type', 'text/html; charset=utf-8')
    .send(renderLoginPage(hostname, { service, refusal, user, buttons }));
}

/** For a browser that submitted the form without the script. Warnings stay until they are read. */
export function sendWayIn(
  reply: FastifyReply,
  securityToken: string,
  warnings: readonly string[],
): FastifyReply {
  if (warnings.length === 0) reply.header('refresh', `0; url=/${securityToken}/`);
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .send(renderWayIn(`/${securityToken}`, warnings));
}

/** The value of a field. Empty if the field is absent or repeated. */
export function field(fields: readonly RawArgument[], name: string): string {
  const values = fields.filter((one) => one.name === name).map(({ value }) => value);
  const [value] = values;
  return values.length === 1 && typeof value === 'string' ? value : '';
}
