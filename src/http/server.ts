// The server: its routes and limits.
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Application } from '../app/app.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import type { LoginService } from '../capabilities/logins/rules/callers.ts';
import { addAccountApi, addUploads } from './account-api.ts';
import { addApi } from './api.ts';
import { keepBodies } from './bodies.ts';
import { addConfirm } from './confirm.ts';
import { ClientGone } from './client-gone.ts';
import { Connections, type Tls } from './connections.ts';
import { sendError } from './error-answers.ts';
import { knownSourcesOf } from './known-sources.ts';
import { limits, type Limits } from './limits.ts';
import { addExternalLogin } from './external-login.ts';
import { addLogin } from './login.ts';
import { addOpenApi } from './openapi-route.ts';
import type { Log } from './log.ts';
import { addAccountPages } from './page/account-pages.ts';
import { addMailDiscovery } from './mail-discovery.ts';
import { addPages, answerNotFound } from './page/pages.ts';
import { pageHeaders } from './page/security-headers.ts';
import { addWebmail } from './webmail/webmail.ts';

export interface ServerOptions {
  /** The door. Default: WHM. */
  readonly service?: LoginService;
  /** Absent for plain HTTP. */
  readonly tls?: Tls;
  readonly log: Log;
  /** Overrides of the usual limits. */
  readonly limits?: Partial<Limits>;
}

export function createServer(
  application: Application,
  { service = 'whostmgrd', tls, log, limits: given = {} }: ServerOptions,
): FastifyInstance {
  const door = { application, service, log };
  const headers = {
    'cache-control': 'no-cache, no-store, must-revalidate, private',
    'x-content-type-options': 'nosniff',
    ...(tls === undefined ? {} : { 'strict-transport-security': 'max-age=31536000' }),
  };
  const chosen = { ...limits, ...given };
  const connections = new Connections(chosen, { ...headers, ...pageHeaders }, knownSourcesOf(application));
  const server: FastifyInstance = fastify({
    serverFactory: (handler) => connections.createServer(handler, tls),
    clientErrorHandler: (error, socket) => connections.onClientError(error, socket),
    // Errors before routing, for which no hook runs.
    frameworkErrors: (error, _request, reply) => {
      const sentence = 'The address is not valid: use UTF-8, and percent-encode each special character.';
      void sendError(reply.headers({ ...headers, ...pageHeaders }), error.statusCode ?? 400, sentence);
    },
    bodyLimit: chosen.bodyLimit,
    // Fastify has no log, because it would make a logger and two listeners for each request.
    forceCloseConnections: 'idle',
    // Rejected by `guard`, in the format of the requested API.
    return503OnClosing: false,
    // The meaning of a query depends on the function.
    routerOptions: { maxParamLength: 200, querystringParser: () => ({}) },
  });
  keepBodies(server);
  server.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(headers);
    done(null, payload);
  });
  connections.guard(server, sendError);
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, application));
  server.setNotFoundHandler((request, reply) => answerNotFound(request, reply, door));
  const calls = { door, headers };
  addLogin(server, door);
  addExternalLogin(server, door);
  if (service === 'webmaild') {
    addMailDiscovery(server, door);
    addWebmail(server, door, connections);
    return server;
  }
  addConfirm(server, door);
  addOpenApi(server, service === 'cpaneld' ? 'uapi' : 'whm');
  if (service === 'cpaneld') {
    addAccountApi(server, calls);
    addUploads(server, calls, { connections, limits: chosen });
    addAccountPages(server, door);
  } else {
    addApi(server, calls);
    addPages(server, door);
  }
  return server;
}

const isReset = (error: unknown): boolean => (error as { code?: unknown }).code === 'ECONNRESET';

function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { engine }: Application,
): FastifyReply {
  // Nobody reads the answer. Bodies that end with the connection are rejected with ECONNRESET.
  if (error instanceof ClientGone || (isReset(error) && request.raw.socket.destroyed)) return reply.hijack();
  const { message, statusCode, status } = error as { message: string; statusCode?: number; status?: number };
  const code = status ?? statusCode ?? 500;
  if (code < 500) return sendError(reply, code, message);
  const xid = engine.newXid();
  engine.logUnexpected(xid, request.routeOptions.url ?? 'unknown', error);
  if (error instanceof ApiError && errorKinds[error.code].exit === 3) {
    // The reason is only in the log, because the client is not logged in. Clients retry on this status.
    const sentence = 'The server’s store cannot be used at the moment. See the error log of the server.';
    return sendError(reply, 503, `(XID ${xid}) ${sentence}`, { error_code: error.code });
  }
  return sendError(reply, code, `(XID ${xid}) An unexpected error occurred.`);
}
