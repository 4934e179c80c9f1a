// Responses without an envelope: rejected logins and invalid requests.
import type { FastifyReply } from 'fastify';
import type { Hash } from '../core/values.ts';
import { builtXml } from '../render/xml.ts';

export interface Refusal {
  readonly problem: 'denied' | 'tfa_required' | 'tfa_invalid';
  readonly reason: string;
}

/** Rejects a caller with the body that clients of WHM expect, and the code of a failed second factor. */
export function refuse(reply: FastifyReply, { problem, reason }: Refusal): FastifyReply {
  const error = 'Access denied';
  reply.code(403);
  if (problem === 'denied') reply.header('www-authenticate', 'Basic realm="whmapi1"');
  const body = resultOf(error, problem === 'denied' ? error : reason);
  const content = problem === 'denied' ? body : { ...body, error_code: problem };
  if (isForXml(reply)) return sendXml(reply, content);
  return reply
    .header('content-type', 'text/plain; charset="utf-8"')
    .send(JSON.stringify({ cpanelresult: content }));
}

/** Rejects a caller at the door of accounts, in the form of the requested API. */
export function refuseAccount(reply: FastifyReply, { problem, reason }: Refusal): FastifyReply {
  reply.code(401);
  if (problem === 'denied') reply.header('www-authenticate', 'Basic realm="whmapi1"');
  const error = problem === 'denied' ? 'Access denied' : reason;
  const more = problem === 'denied' ? {} : { error_code: problem };
  if (isForXml(reply)) return sendXml(reply, { ...resultOf('Access denied', error), ...more });
  const isUapi = /^\/(?:cpsess\d{10}\/)?execute\//.test(reply.request.raw.url ?? '');
  const body = isUapi
    ? { data: null, errors: [error], messages: null, metadata: more, status: 0, warnings: null }
    : { cpanelresult: { ...resultOf('Access denied', error), ...more } };
  return reply.header('content-type', 'application/json; charset="utf-8"').send(JSON.stringify(body));
}

/** Responds with a status and a sentence, in the format of the requested API. `more` is added to the body. */
export function sendError(
  reply: FastifyReply,
  status: number,
  sentence: string,
  more: Readonly<Record<string, string>> = {},
): FastifyReply {
  reply.code(status);
  if (isForXml(reply)) return sendXml(reply, { ...resultOf(sentence, sentence), ...more });
  return reply
    .header('content-type', 'application/json; charset="utf-8"')
    .send(JSON.stringify({ error: sentence, ...more }));
}

/** What WHM itself returns instead of an envelope. */
function resultOf(error: string, reason: string): Hash {
  return { apiversion: '2', error, data: { reason, result: '0' }, type: 'text' };
}

/** A failure of `cpanel` before any function of an account. */
export function wholeFailure(reason: string): Hash {
  return { cpanelresult: resultOf(reason, reason) };
}

/** Determined by the path, because most errors occur before a route is known. */
function isForXml({ request }: FastifyReply): boolean {
  return /^\/(?:cpsess\d{10}\/)?xml-api(?:[/?]|$)/.test(request.raw.url ?? '');
}

function sendXml(reply: FastifyReply, content: Hash): FastifyReply {
  return reply.header('content-type', 'text/xml; charset="utf-8"').send(builtXml(content, 'cpanelresult'));
}
