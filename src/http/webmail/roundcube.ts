// Passes the requests of a session on to Roundcube: pages to its PHP-FPM, which runs as a user of its own, and files from
// Debian’s package. PHP gets no header, no cookie and no address that is not listed here.
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PUBLIC, ROLE, ROUNDCUBE, SOCKET } from '../../capabilities/webmail/rules/places.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import type { Connections } from '../connections.ts';
import type { Door } from '../door.ts';
import { sendError } from '../error-answers.ts';
import { endSession } from '../login.ts';
import { renderNoWebmailPage } from '../page/no-webmail-page.ts';
import { HTML } from '../page/page-routes.ts';
import { acceptsHtml, queryOf, securityTokenOf } from '../request.ts';
import { askPhp, FastCgiError, type FastCgiResponse } from './fast-cgi.ts';
import { hostOf, mailSessionOf, type MailSession } from './mail-session.ts';
import { cookieFromPhp, cookiesForPhp, type CookieSession } from './roundcube-cookies.ts';
import { isPublic, readPublic } from './roundcube-files.ts';
import { contentSecurityPolicy } from './roundcube-policy.ts';

const DIRECTORIES = ['/run', '/var/lib'];
/** More than the attachments that PHP accepts in one request (`php-fpm.conf`). */
const MAX_BODY = 65 * 2 ** 20;
const MAX_LOGGED = 2000;
/** What Roundcube’s own scripts send. */
const PASSED = ['accept', 'accept-language', 'user-agent', 'x-requested-with', 'x-roundcube-request'];
const RETURNED = new Set([...['content-type', 'content-disposition', 'content-length', 'location']]);

export function addRoundcube(server: FastifyInstance, door: Door, connections: Connections): void {
  server.get('/:token/', async (request, reply) => {
    const token = securityTokenOf(request);
    if (token === undefined) return reply.callNotFound();
    return reply.redirect(`/${token}${ROUNDCUBE}`, 303);
  });
  void server.register((scope, _options, done) => {
    // PHP reads bodies while they arrive.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, ready) => ready(null));
    // After the hook that protects our own pages.
    scope.addHook('onSend', async (_request, reply) => {
      const own = policies.get(reply);
      if (own !== undefined)
        reply.headers({ 'content-security-policy': own, 'x-frame-options': 'SAMEORIGIN' });
    });
    scope.route({
      method: ['GET', 'POST'],
      url: `/:token${ROUNDCUBE}*`,
      handler: async (request, reply) => {
        if (securityTokenOf(request) === undefined) return reply.callNotFound();
        const path = (request.params as { '*': string })['*'];
        if (isPublic(path)) {
          const files = await door.application.engine.machine.files(DIRECTORIES);
          const found = await readPublic(path, (one) => files.locate(one));
          if (found === undefined) return reply.callNotFound();
          // Some are pages in frames.
          policies.set(reply, [contentSecurityPolicy]);
          return reply.type(found.type).send(found.content);
        }
        const [, info] = /^(?:index\.php(|\/login\/oauth))?$/.exec(path) ?? [];
        if (info === undefined && path !== '') return reply.callNotFound();
        return sendPage(request, reply, { door, connections, info: info ?? '' });
      },
    });
    done();
  });
}

/** The content security policies of responses from Roundcube. All of them apply. */
const policies = new WeakMap<FastifyReply, string[]>();

interface PageRequest {
  readonly door: Door;
  readonly connections: Connections;
  /** The part of the path after the script. */
  readonly info: string;
}

async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { door, connections, info }: PageRequest,
): Promise<FastifyReply> {
  const session = await mailSessionOf(request, door);
  if (session === undefined) {
    return acceptsHtml(request)
      ? reply.redirect('/', 303)
      : sendError(reply, 401, 'The session has ended. Log in again.');
  }
  if (request.method === 'POST') connections.expectUpload(request.raw);
  if (hostOf(request) === '') return sendError(reply, 400, 'The header Host is not valid.');
  const body = bodyOf(request);
  if (typeof body === 'number') {
    const sentence =
      body === 411 ? 'Say how long the body is.' : 'The body is larger than Roundcube accepts.';
    return sendError(reply.header('connection', 'close'), body, sentence);
  }
  const files = await door.application.engine.machine.files(DIRECTORIES);
  try {
    const answer = await askPhp({
      socket: files.locate(SOCKET),
      params: paramsFor(request, session, info),
      body,
      onError: (text) => door.log.warn({ text: text.slice(0, MAX_LOGGED) }, 'Roundcube reports an error'),
    });
    reply.raw.once('close', () => answer.body.destroy());
    return await pass(request, reply, door, session, answer);
  } catch (error) {
    if (!(error instanceof FastCgiError)) throw error;
    return sendUnavailable(reply, door, session, error);
  }
}

/** Undefined if there is none. A status if it is not accepted. */
function bodyOf({ raw }: FastifyRequest): Readable | undefined | 411 | 413 {
  if (raw.headers['transfer-encoding'] !== undefined) return 411;
  const length = Number(raw.headers['content-length'] ?? 0);
  if (length > MAX_BODY) return 413;
  return length === 0 ? undefined : raw;
}

/** What PHP finds in `$_SERVER`. A header that is not listed could change what it does: `Proxy`, `X-Forwarded-For`. */
function paramsFor(request: FastifyRequest, session: MailSession, info: string): Record<string, string> {
  const { headers, raw, method, protocol, ip } = request;
  const { url, base, mailDomain } = session;
  const host = hostOf(request);
  const isSecure = protocol === 'https';
  const script = `${base}${ROUNDCUBE}index.php`;
  return {
    ...{ GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', REQUEST_METHOD: method },
    ...{ DOCUMENT_ROOT: PUBLIC, SCRIPT_FILENAME: `${PUBLIC}/index.php`, SCRIPT_NAME: script },
    ...(info !== '' && { PATH_INFO: info }),
    ...{ REQUEST_URI: raw.url ?? '', QUERY_STRING: queryOf(request) },
    ...{ CONTENT_TYPE: headers['content-type'] ?? '', CONTENT_LENGTH: headers['content-length'] ?? '' },
    ...{ REMOTE_ADDR: ip, SERVER_NAME: host.replace(/:\d+$/, ''), HTTP_HOST: host },
    SERVER_PORT: /:(\d+)$/.exec(host)?.[1] ?? (isSecure ? '443' : '80'),
    ...(isSecure && { HTTPS: 'on' }),
    ...Object.fromEntries(
      PASSED.map((name) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, String(headers[name] ?? '')]),
    ),
    HTTP_COOKIE: cookiesForPhp(headers.cookie ?? '', session),
    // For Roundcube’s configuration.
    ...{ WEBMAIL_SESSION: url, WEBMAIL_DOMAIN: mailDomain },
  };
}

async function pass(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  session: MailSession,
  { status, headers, body }: FastCgiResponse,
): Promise<FastifyReply> {
  const about: CookieSession = {
    id: session.id,
    path: `${session.base}${ROUNDCUBE}`,
    isSecure: request.protocol === 'https',
  };
  const cookies = headers.flatMap(([name, value]) =>
    name === 'set-cookie' ? (cookieFromPhp(value, about) ?? []) : [],
  );
  const isLogout = new URLSearchParams(queryOf(request)).get('_task') === 'logout';
  // Roundcube accepts a logout only with its own token in the request.
  if (isLogout && cookies.some(({ isRemoved }) => isRemoved)) {
    body.destroy();
    for (const { header } of cookies) reply.header('set-cookie', header);
    await endSession(request, reply, door);
    return reply.redirect('/', 303);
  }
  const own = headers.flatMap(([name, value]) => (name === 'content-security-policy' ? [value] : []));
  policies.set(reply, [contentSecurityPolicy, ...own]);
  for (const [name, value] of headers) if (RETURNED.has(name)) reply.header(name, value);
  for (const { header } of cookies) reply.header('set-cookie', header);
  return reply.code(status).send(body);
}

async function sendUnavailable(
  reply: FastifyReply,
  door: Door,
  { visitor }: MailSession,
  error: FastCgiError,
): Promise<FastifyReply> {
  const { store, machine } = door.application.engine;
  const isActive = await store.transaction('reads', async (db) => ({
    value: (await rolesOf({ db, system: machine.system })).has(ROLE),
    keep: false,
  }));
  if (isActive) door.log.error(error, 'Roundcube does not answer');
  return reply
    .code(503)
    .header('retry-after', '60')
    .type(HTML)
    .send(renderNoWebmailPage(visitor, { isActive, isSandbox: machine.system.isSandbox }));
}
