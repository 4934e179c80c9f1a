// The server: its routes and limits.
import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Application } from '../app.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Engine } from '../core/engine.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { sendAnswer, toAnswer, toBareAnswer, type Answer, type Api } from './answers.ts';
import { isInApi0, toApi0, unknownInApi0 } from './api-0.ts';
import { identify, type Accepted } from './authentication.ts';
import { keepBodies } from './bodies.ts';
import { readCall } from './call.ts';
import { addConfirm } from './confirm.ts';
import { Connections, type Tls } from './connections.ts';
import { refuse, sendError } from './error-answers.ts';
import { limits, type Limits } from './limits.ts';
import { addExternalLogin } from './external-login.ts';
import { addLogin } from './login.ts';
import { addOpenApi } from './openapi-route.ts';
import type { LogLevel } from './options.ts';
import { addPages, answerNotFound } from './page/pages.ts';
import { pageHeaders } from './page/security-headers.ts';
import { RememberedAnswers, type Question } from './remembered-answers.ts';
import type { LogStream } from './systemd.ts';
import { bodyOf, queryOf, securityTokenOf, sessionIdOf } from './request.ts';

export interface ServerOptions {
  /** Absent for plain HTTP. */
  readonly tls?: Tls;
  readonly logLevel: LogLevel;
  /** The log's destination. Standard output is only for the addresses at which the server listens. */
  readonly logStream?: LogStream;
  /** Overrides of the usual limits. */
  readonly limits?: Partial<Limits>;
}

export function createServer(
  application: Application,
  { tls, logLevel, logStream, limits: given = {} }: ServerOptions,
): FastifyInstance {
  const headers = {
    'cache-control': 'no-cache, no-store, must-revalidate, private',
    'x-content-type-options': 'nosniff',
    ...(tls === undefined ? {} : { 'strict-transport-security': 'max-age=31536000' }),
  };
  const chosen = { ...limits, ...given };
  const connections = new Connections(chosen, { ...headers, ...pageHeaders });
  const server: FastifyInstance = fastify({
    serverFactory: (handler) => connections.createServer(handler, tls),
    clientErrorHandler: (error, socket) => connections.onClientError(error, socket),
    // Errors before routing, for which no hook runs.
    frameworkErrors: (error, _request, reply) => {
      const sentence = 'The address is not valid: use UTF-8, and percent-encode each special character.';
      void sendError(reply.headers({ ...headers, ...pageHeaders }), error.statusCode ?? 400, sentence);
    },
    bodyLimit: chosen.bodyLimit,
    logger: {
      level: logLevel,
      base: null,
      serializers: { req: describeRequest },
      ...(logStream === undefined ? {} : { stream: logStream }),
    },
    logController: new LogController({ disableRequestLogging: true }),
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
  server.setNotFoundHandler((request, reply) => answerNotFound(request, reply, application));
  const world = { application, answers: new RememberedAnswers(application), headers };
  for (const api of ['json-api', 'xml-api'] as const) {
    for (const path of [`/${api}/:name`, `/:token/${api}/:name`]) {
      for (const url of [path, `${path}/`]) {
        server.route({
          method: ['GET', 'POST'],
          url,
          handler: (request, reply) => answerCall(request, reply, api, world),
        });
      }
    }
  }
  addLogin(server, application);
  addExternalLogin(server, application);
  addConfirm(server, application);
  addOpenApi(server, application);
  addPages(server, application);
  return server;
}

/** The dependencies of calls. */
interface CallDependencies {
  readonly application: Application;
  readonly answers: RememberedAnswers;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
}

async function answerCall(
  request: FastifyRequest,
  reply: FastifyReply,
  api: Api,
  { application, answers, headers }: CallDependencies,
): Promise<FastifyReply> {
  const { name: command } = request.params as { name: string };
  const { authorization, 'x-cpanel-otp': code } = request.headers;
  const sender = await identify(application, {
    authorization,
    code: typeof code === 'string' ? code : undefined,
    sessionId: sessionIdOf(request),
    securityToken: securityTokenOf(request),
    address: request.ip,
  });
  if ('problem' in sender) {
    await application.auditLogin({
      command: nameIn(command),
      user: sender.user,
      address: request.ip,
      authentication: sender.authentication,
      problem: sender.problem,
    });
    const { user, cause } = sender;
    if (cause !== undefined) request.log.warn({ address: request.ip, user, cause }, 'token refused');
    return refuse(reply, sender);
  }
  const question = { url: request.url, api, command, query: queryOf(request), body: bodyOf(request) };
  const isAbandoned = () => reply.raw.destroyed;
  const make = (engine: Engine) => makeAnswer({ ...application, engine }, question, sender, isAbandoned);
  // Warnings about how this call was sent belong only to its own response.
  const isLikeOthers = sender.warnings.length === 0;
  const answer = await (isLikeOthers ? answers.answer(question, sender, make) : make(application.engine));
  return sendAnswer(reply, answer, headers);
}

async function makeAnswer(
  application: Application,
  { api, command, query, body }: Question,
  { caller, origin, warnings }: Accepted,
  isAbandoned: () => boolean,
): Promise<Answer> {
  const { args, dryRun, isVersion1 } = readCall(query, body);
  if (!isVersion1 && !isInApi0(command)) {
    await application.auditLogin({
      command: nameIn(command),
      user: caller.user,
      problem: 'unknown_function',
      ...origin,
    });
    return toBareAnswer(api, nameIn(command) || 'result', unknownInApi0(command));
  }
  const envelope = await dispatch(
    { command, args, dryRun, warnings, origin, isAbandoned },
    caller,
    application.engine,
  );
  return isVersion1 ? toAnswer(api, envelope) : toBareAnswer(api, command, toApi0(command, envelope, args));
}

/** Only the part that can be a function's name: the rest may be a secret. */
function nameIn(command: string): string {
  return /^\w{0,64}/.exec(command)?.[0] ?? '';
}

function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { engine }: Application,
): FastifyReply {
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

/** Never the query, which may contain secrets. */
function describeRequest(request: FastifyRequest) {
  return { method: request.method, route: request.routeOptions.url, address: request.ip };
}
