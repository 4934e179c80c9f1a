// Calls of UAPI and API 2 by accounts: /execute/Module/function, and /json-api/cpanel and /xml-api/cpanel for both. A function that fails is
// no HTTP error. No function of WHM can be called here.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccountApi, RawArgument, Upload } from '../core/context.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Engine } from '../core/engine.ts';
import { badParam } from '../core/errors.ts';
import type { Hash } from '../core/values.ts';
import { uapiAnswer } from '../capabilities/logins/rules/account-apis/answers.ts';
import { runAccountCall, type AccountOutcome } from '../capabilities/logins/rules/account-apis/call.ts';
import { failedOutcome, isVersion, respondAs } from '../capabilities/logins/rules/account-apis/versions.ts';
import { sendAnswer, toBareAnswer, type Answer, type Api } from './answers.ts';
import type { Accepted } from './authentication.ts';
import { isMultipart } from './bodies.ts';
import { readCall, type Body } from './call.ts';
import type { Connections } from './connections.ts';
import { refuseAccount, sendError } from './error-answers.ts';
import type { Limits } from './limits.ts';
import { bodyOf, queryOf } from './request.ts';
import { field } from './login.ts';
import { senderOf, type CallDependencies } from './sender.ts';
import { ignoreRest, UPLOAD, Uploads } from './uploads.ts';

/** A call by an account, as read from its request. */
interface Asked {
  readonly args: readonly RawArgument[];
  /** Runs a function with some of the arguments. */
  readonly run: (
    api: AccountApi,
    module: string,
    func: string,
    args: readonly RawArgument[],
  ) => Promise<AccountOutcome>;
  readonly sender: Accepted;
}

export function addAccountApi(server: FastifyInstance, calls: CallDependencies): void {
  const route = (path: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown) => {
    for (const url of urlsOf(path)) server.route({ method: ['GET', 'POST'], url, handler });
  };
  route('/execute/:module/:function', (request, reply) => {
    const { module, function: func } = request.params as { module: string; function: string };
    return answer(request, reply, calls, nameIn(module, func), answerUapi(module, func));
  });
  for (const api of ['json-api', 'xml-api'] as const) {
    route(`/${api}/cpanel`, (request, reply) => answer(request, reply, calls, 'cpanel', answerNamed, api));
    route(`/${api}/:name`, (_request, reply) =>
      sendError(reply, 404, `This port serves accounts: /execute/Module/function, /${api}/cpanel. ${WHM}`),
    );
  }
}

/** Uploads have a route of their own, because their bodies are not read into memory. */
export function addUploads(
  server: FastifyInstance,
  calls: CallDependencies,
  around: UploadSurroundings,
): void {
  const { connections, limits } = around;
  const uploads = new Uploads(calls.door.application, limits);
  const { module, func } = UPLOAD;
  const name = `${module}::${func}`;
  void server.register((scope, _options, done) => {
    // Read by the handler. Bodies of other types are ordinary ones.
    scope.addContentTypeParser('multipart/form-data', (_request, _body, ready) => ready(null));
    scope.addHook('onRequest', (request, _reply, ready) => {
      if (isMultipart(request.headers['content-type'] ?? '')) connections.expectUpload(request.raw);
      ready();
    });
    for (const url of urlsOf(`/execute/${module}/${func}`)) {
      scope.route({
        method: 'POST',
        url,
        handler: async (request, reply) => {
          if (!isMultipart(request.headers['content-type'] ?? ''))
            return answer(request, reply, calls, name, answerUapi(module, func));
          const sender = await senderOf(request, calls.door, name);
          if ('problem' in sender) {
            ignoreRest(request.raw, reply, limits.rejectedUploadMs);
            return refuseAccount(reply, sender);
          }
          const respond = answerUapi(module, func);
          const done = await uploads.run(request, reply, sender.caller, ({ body, uploads: files }) =>
            makeAnswer({ request, reply, sender, body, files }, respond, calls.door.application.engine),
          );
          if (done !== undefined) return sendAnswer(reply, done, calls.headers);
          const sentence = 'Too many uploads are in progress. Retry the call later.';
          return sendError(reply.header('retry-after', '5'), 503, sentence);
        },
      });
    }
    done();
  });
}

interface UploadSurroundings {
  readonly connections: Connections;
  readonly limits: Limits;
}

function urlsOf(path: string): string[] {
  return [path, `${path}/`, `/:token${path}`, `/:token${path}/`];
}

function answerUapi(module: string, func: string): (asked: Asked) => Promise<Hash> {
  return async ({ args, run }) => {
    const { envelope, reshape } = await run('uapi', module, func, args);
    return uapiAnswer(envelope, reshape);
  };
}

const WHM = 'The functions of WHM are on port 2087.';

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { door, headers }: CallDependencies,
  command: string,
  respond: (asked: Asked) => Promise<Hash>,
  api: Api = 'json-api',
): Promise<FastifyReply> {
  const sender = await senderOf(request, door, command);
  if ('problem' in sender) return refuseAccount(reply, sender);
  const accredited = { request, reply, sender, body: bodyOf(request), api };
  return sendAnswer(reply, await makeAnswer(accredited, respond, door.application.engine), headers);
}

/** A request whose sender is known. */
interface Accredited {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly sender: Accepted;
  readonly body: Body | undefined;
  readonly api?: Api;
  readonly files?: readonly Upload[];
}

async function makeAnswer(
  { request, reply, sender, body, api: format = 'json-api', files }: Accredited,
  respond: (asked: Asked) => Promise<Hash>,
  engine: Engine,
): Promise<Answer> {
  const { args, dryRun } = readCall(queryOf(request), body);
  const { caller, origin, warnings } = sender;
  const isAbandoned = () => reply.raw.destroyed;
  const run: Asked['run'] = (api, module, func, own) =>
    runAccountCall({ api, module, func, args: own }, (inner) => {
      const call = { command: inner.command, args: inner.args, api, dryRun, warnings, origin, isAbandoned };
      return dispatch(files === undefined ? call : { ...call, uploads: files }, caller, engine);
    });
  return toBareAnswer(format, 'result', await respond({ args, run, sender }));
}

const PREFIX = 'cpanel_jsonapi_';
/** Clients of the XML API send the same parameters under this prefix. Both are accepted in both formats. */
const XML_PREFIX = 'cpanel_xmlapi_';

/** The function is named by parameters, as clients of the older APIs do. */
async function answerNamed({ args: given, run, sender }: Asked): Promise<Hash> {
  const args = withOnePrefix(given);
  const module = field(args, `${PREFIX}module`);
  const func = field(args, `${PREFIX}func`);
  const isVersionGiven = args.some(({ name }) => name === `${PREFIX}apiversion`);
  const version = isVersionGiven ? field(args, `${PREFIX}apiversion`) : '2';
  const named = { module, func };
  if (!isVersion(version)) {
    const problem = `The parameter “${PREFIX}apiversion” should be 1, 2 or 3, once.`;
    return respondAs('2', named, async () => failedOutcome(named, badParam(problem)));
  }
  const own = args.filter(({ name }) => !name.startsWith(PREFIX));
  const problem = problemOf(args, sender.caller.user);
  return respondAs(version, named, async (api, called) =>
    problem === undefined
      ? run(api, called.module, called.func, own)
      : failedOutcome(named, badParam(problem)),
  );
}

/** Some clients send a parameter under both prefixes. Equal values count as one. */
function withOnePrefix(args: readonly RawArgument[]): RawArgument[] {
  const all = args.map(({ name, value }) =>
    name.startsWith(XML_PREFIX) ? { name: PREFIX + name.slice(XML_PREFIX.length), value } : { name, value },
  );
  const isRepeated = ({ name, value }: RawArgument, at: number) =>
    name !== args[at]?.name &&
    all.some((one, index) => index !== at && one.name === name && one.value === value);
  return all.filter((one, at) => !isRepeated(one, at));
}

function problemOf(args: readonly RawArgument[], account: string): string | undefined {
  for (const name of ['module', 'func']) {
    if (field(args, PREFIX + name) === '') return `The parameter “${PREFIX}${name}” is required, once.`;
  }
  const isOther = ({ name, value }: RawArgument) =>
    name === `${PREFIX}user` && (typeof value !== 'string' || value.toLowerCase() !== account);
  if (args.some(isOther)) {
    return `The parameter “${PREFIX}user” should be your own account, “${account}”. It can be left out.`;
  }
  return undefined;
}

/** For the log: only what can be a function’s name. */
function nameIn(module: string, func: string): string {
  const name = `${module}::${func}`;
  return /^\w{1,64}::\w{1,64}$/.test(name) ? name : '';
}
