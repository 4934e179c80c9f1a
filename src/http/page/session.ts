// The session of a page’s visitor.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/context.ts';
import { identify } from '../authentication.ts';
import type { SessionMailbox } from '../../capabilities/logins/rules/sessions.ts';
import type { Door } from '../door.ts';
import { securityTokenOf, sessionIdOf } from '../request.ts';
import { featuresOf } from './account-shell.ts';
import type { Visitor } from './layout.ts';
import { navigation, type Tool } from './navigation.ts';

export interface Session {
  readonly caller: Caller;
  readonly visitor: Visitor;
  /** As in `Accepted`. */
  readonly mailbox: SessionMailbox | undefined;
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
  const { caller, mailbox } = sender;
  const hostname = door.application.engine.machine.system.hostname();
  const { service } = door;
  const tools = await toolsOf(door, caller);
  const user = mailbox?.address ?? caller.user;
  return {
    caller,
    mailbox,
    visitor: { service, user, base: `/${securityToken ?? ''}`, hostname, tools },
  };
}

/** An account has the parts whose feature it has. */
async function toolsOf({ application, service }: Door, caller: Caller): Promise<readonly Tool[]> {
  const tools: readonly Tool[] = navigation[service];
  const needed = tools.flatMap(({ feature }) => feature ?? []);
  if (needed.length === 0) return tools;
  const features = await featuresOf(application.engine, caller, needed);
  return tools.filter(({ feature }) => feature === undefined || features.has(feature));
}

/** The response to a page’s script whose session has ended. */
export function refuseData(reply: FastifyReply): FastifyReply {
  return reply.code(403).send({ error: 'There is no session, or it has ended.' });
}
