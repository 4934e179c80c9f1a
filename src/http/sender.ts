// Who sent a request for a call, at either door.
import type { FastifyRequest } from 'fastify';
import { identify, type Accepted, type Refused, type Sender } from './authentication.ts';
import type { Door } from './door.ts';
import { securityTokenOf, sessionIdOf } from './request.ts';

/** The dependencies of calls. */
export interface CallDependencies {
  readonly door: Door;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Identifies the sender. A rejected one is recorded in the logs, with the function’s name. */
export async function senderOf(request: FastifyRequest, door: Door, command: string): Promise<Sender> {
  const { authorization, 'x-cpanel-otp': code } = request.headers;
  const sender = await identify(door, {
    authorization,
    code: typeof code === 'string' ? code : undefined,
    sessionId: sessionIdOf(request, door),
    securityToken: securityTokenOf(request),
    address: request.ip,
    client: request.raw.socket,
  });
  if (isRefused(sender)) {
    const { user, authentication, problem, cause } = sender;
    await door.application.auditLogin({ command, user, address: request.ip, authentication, problem });
    if (cause !== undefined) door.log.warn({ address: request.ip, user, cause }, 'token refused');
  }
  return sender;
}

function isRefused(sender: Accepted | Refused): sender is Refused {
  return 'problem' in sender;
}
