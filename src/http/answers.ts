// What the server says: envelopes as JSON or XML, and the refusals that are no envelopes.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Envelope } from '../core/envelope.ts';
import type { Hash } from '../core/values.ts';
import { loadRenderer } from '../render/format.ts';

export type Api = 'json-api' | 'xml-api';

const types = {
  'json-api': 'application/json; charset="utf-8"',
  'xml-api': 'text/xml; charset="utf-8"',
} as const;

/** A long answer is written as the client reads it. */
export async function sendEnvelope(reply: FastifyReply, api: Api, envelope: Envelope): Promise<FastifyReply> {
  const render = await loadRenderer(api === 'json-api' ? 'json' : 'xml');
  const pieces = render(envelope);
  reply.header('content-type', types[api]);
  if (Array.isArray(pieces)) return reply.send((pieces as string[]).join(''));
  return reply.send(Readable.from(pieces));
}

/** A bare hash, without an envelope. */
export async function sendHash(reply: FastifyReply, api: Api, hash: Hash): Promise<FastifyReply> {
  const metadata = { version: 1, reason: 'OK', result: 1, command: '' } as const;
  return sendEnvelope(reply, api, { metadata, data: hash, flat: true });
}

export interface Refusal {
  readonly problem: 'denied' | 'tfa_required' | 'tfa_invalid';
  readonly reason: string;
}

/** The body that clients of WHM look for (protocol, section 3), with the code of a second factor that failed. */
export function refuse(reply: FastifyReply, { problem, reason }: Refusal): FastifyReply {
  const error = 'Access denied';
  const body = {
    cpanelresult: {
      apiversion: '2',
      error,
      data: { reason: problem === 'denied' ? error : reason, result: '0' },
      type: 'text',
      ...(problem === 'denied' ? {} : { error_code: problem }),
    },
  };
  reply.code(403).header('content-type', 'text/plain; charset="utf-8"');
  if (problem === 'denied') reply.header('www-authenticate', 'Basic realm="whmapi1"');
  return reply.send(JSON.stringify(body));
}
