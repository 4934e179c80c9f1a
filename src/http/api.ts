// Calls of WHM API 1: /json-api/function and /xml-api/function.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../app/app.ts';
import { dispatch } from '../core/dispatch.ts';
import { sendAnswer, toAnswer, toBareAnswer, type Answer, type Api } from './answers.ts';
import { isInApi0, rootInApi0, toApi0, unknownInApi0 } from './api-0.ts';
import type { Accepted } from './authentication.ts';
import { readCall, type Body } from './call.ts';
import { refuse } from './error-answers.ts';
import { bodyOf, queryOf } from './request.ts';
import { senderOf, type CallDependencies } from './sender.ts';

export function addApi(server: FastifyInstance, calls: CallDependencies): void {
  for (const api of ['json-api', 'xml-api'] as const) {
    for (const path of [`/${api}/:name`, `/:token/${api}/:name`]) {
      for (const url of [path, `${path}/`]) {
        server.route({
          method: ['GET', 'POST'],
          url,
          handler: (request, reply) => answerCall(request, reply, api, calls),
        });
      }
    }
  }
}

interface Question {
  readonly api: Api;
  /** The function, if the path names it. Otherwise empty. */
  readonly command: string;
  readonly query: string;
  readonly body: Body | undefined;
}

async function answerCall(
  request: FastifyRequest,
  reply: FastifyReply,
  api: Api,
  { door, headers }: CallDependencies,
): Promise<FastifyReply> {
  const { application } = door;
  const { name: command } = request.params as { name: string };
  const sender = await senderOf(request, door, nameIn(command));
  if ('problem' in sender) return refuse(reply, sender);
  const question = { api, command, query: queryOf(request), body: bodyOf(request) };
  const isAbandoned = () => reply.raw.destroyed;
  return sendAnswer(reply, await makeAnswer(application, question, sender, isAbandoned), headers);
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
    { command, args, dryRun, warnings, origin, isAbandoned, readsLongLists: isVersion1 },
    caller,
    application.engine,
  );
  return isVersion1
    ? toAnswer(api, envelope)
    : toBareAnswer(api, rootInApi0(command), toApi0(command, envelope, args));
}

/** Only the part that can be a function's name: the rest may be a secret. */
function nameIn(command: string): string {
  return /^\w{0,64}/.exec(command)?.[0] ?? '';
}
