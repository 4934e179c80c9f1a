// The server: what it answers, and how much it bears.
import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Application } from '../app.ts';
import { dispatch, type Engine } from '../core/dispatch.ts';
import { refuse, sendAnswer, toAnswer, toBareAnswer, type Answer, type Api } from './answers.ts';
import { isInApi0, toApi0, unknownInApi0 } from './api-0.ts';
import { identify, type Accepted } from './authentication.ts';
import { BadRequest, readCall } from './call.ts';
import { addConfirm } from './confirm.ts';
import { limitConnections } from './connections.ts';
import { addLogin } from './login.ts';
import { addOpenApi } from './openapi-route.ts';
import type { LogLevel } from './options.ts';
import { addPages } from './page/pages.ts';
import { RememberedAnswers, type Question } from './remembered-answers.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { bodyOf, queryOf, securityTokenOf, sessionIdOf } from './request.ts';

export interface ServerOptions {
  /** Absent for plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly logLevel: LogLevel;
  /** Where the log goes; standard output says where the server listens, and nothing else. */
  readonly logStream?: NodeJS.WritableStream;
  /** Other limits than the usual ones. */
  readonly limits?: Partial<typeof limits>;
}

/** What one request may take. */
const limits = {
  bodyLimit: 1_048_576,
  /** A client that sends slower than this is cut off (408). */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  /** How often it is looked for clients that take too long. */
  connectionsCheckingInterval: 5000,
};

export function createServer(
  application: Application,
  { tls, logLevel, logStream, limits: given = {} }: ServerOptions,
): FastifyInstance {
  const { bodyLimit, requestTimeout, keepAliveTimeout, ...http } = { ...limits, ...given };
  const common = {
    bodyLimit,
    requestTimeout,
    keepAliveTimeout,
    logger: {
      level: logLevel,
      base: null,
      serializers: { req: describeRequest },
      ...(logStream === undefined ? {} : { stream: logStream }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle' as const,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
  };
  const server: FastifyInstance =
    tls === undefined
      ? fastify({ ...common, http })
      : fastify({
          ...common,
          https: { ...tls, ...http, minVersion: 'TLSv1.2' },
        });
  readBodiesAsText(server);
  limitConnections(server);
  const headers = {
    'cache-control': 'no-cache, no-store, must-revalidate, private',
    'x-content-type-options': 'nosniff',
    ...(tls === undefined ? {} : { 'strict-transport-security': 'max-age=31536000' }),
  };
  server.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(headers);
    done(null, payload);
  });
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, application));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'There is nothing at this address.' }),
  );
  const world = { application, answers: new RememberedAnswers(application), headers };
  for (const api of ['json-api', 'xml-api'] as const) {
    for (const url of [`/${api}/:name`, `/:token/${api}/:name`]) {
      server.route({
        method: ['GET', 'POST'],
        url,
        handler: (request, reply) => answerCall(request, reply, api, world),
      });
    }
  }
  addLogin(server, application);
  addConfirm(server, application);
  addOpenApi(server, application);
  addPages(server, application);
  return server;
}

/** What calls are answered with. */
interface World {
  readonly application: Application;
  readonly answers: RememberedAnswers;
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

async function answerCall(
  request: FastifyRequest,
  reply: FastifyReply,
  api: Api,
  { application, answers, headers }: World,
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
  const make = (engine: Engine) => makeAnswer({ ...application, engine }, question, sender);
  // What there is to say of how this call came in is for its own answer only.
  const isLikeOthers = sender.warnings.length === 0;
  const answer = await (isLikeOthers ? answers.answer(question, sender, make) : make(application.engine));
  return sendAnswer(reply, answer, headers);
}

async function makeAnswer(
  application: Application,
  { api, command, query, body }: Question,
  { caller, origin, warnings }: Accepted,
): Promise<Answer> {
  const { args, dryRun, isVersion1 } = readCall(query, body);
  if (!isVersion1 && !isInApi0(command)) {
    await application.auditLogin({
      command: nameIn(command),
      user: caller.user,
      problem: 'unknown_function',
      ...origin,
    });
    return toBareAnswer(api, unknownInApi0(command));
  }
  const envelope = await dispatch({ command, args, dryRun, warnings, origin }, caller, application.engine);
  return isVersion1 ? toAnswer(api, envelope) : toBareAnswer(api, toApi0(command, envelope));
}

/** As much of it as can be a function's name: what follows may be a secret. */
function nameIn(command: string): string {
  return /^\w{0,64}/.exec(command)?.[0] ?? '';
}

/** They are read by what the function expects, so no parser may change them before. */
function readBodiesAsText(server: FastifyInstance): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, decoder.decode(body as Buffer));
    } catch {
      done(new BadRequest('The body is no UTF-8.'));
    }
  });
}

function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { engine }: Application,
): FastifyReply {
  const { message, statusCode, status } = error as { message: string; statusCode?: number; status?: number };
  const code = status ?? statusCode ?? 500;
  reply.header('content-type', 'application/json; charset="utf-8"');
  if (code < 500) return reply.code(code).send(JSON.stringify({ error: message }));
  const xid = engine.newXid();
  engine.logUnexpected(xid, request.routeOptions.url ?? 'unknown', error);
  if (error instanceof ApiError && errorKinds[error.code].exit === 3) {
    // Why is for those who may read the log: nobody has logged in yet. Clients try again on this status.
    const sentence = 'The store of this server can’t be used at the moment; its error log says why.';
    return reply
      .code(503)
      .send(JSON.stringify({ error: `(XID ${xid}) ${sentence}`, error_code: error.code }));
  }
  return reply.code(code).send(JSON.stringify({ error: `(XID ${xid}) An unexpected error occurred.` }));
}

/** Never the query, which may hold secrets. */
function describeRequest(request: FastifyRequest) {
  return { method: request.method, route: request.routeOptions.url, address: request.ip };
}
