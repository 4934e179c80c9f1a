// The session of a page’s visitor.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/context.ts';
import { identify } from '../authentication.ts';
import type { Door } from '../door.ts';
import { securityTokenOf, sessionIdOf } from '../request.ts';
import type { Visitor } from './layout.ts';

export interface Session {
  readonly caller: Caller;
  readonly visitor: Visitor;
}

/** Pages require a session. Other credentials are ignored. */
export async function sessionOf(
  request: FastifyRequest,
  door: Door,
  securityToken = securityTokenOf(request),
): Promise<Session | undefined> {
  const sender = await identify(door, {
    authorization: undefined,
    code: undefined,
    sessionId: sessionIdOf(request, door),
    securityToken,
    address: request.ip,
  });
  if ('problem' in sender) return undefined;
  const { caller } = sender;
  const hostname = door.application.engine.machine.system.hostname();
  const { service } = door;
  return { caller, visitor: { service, user: caller.user, base: `/${securityToken ?? ''}`, hostname } };
}

/** The response to a page’s script whose session has ended. */
export function refuseData(reply: FastifyReply): FastifyReply {
  return reply.code(403).send({ error: 'There is no session, or it has ended.' });
}
