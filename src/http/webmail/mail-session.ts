// The session of a request to webmail, with what Roundcube must know of it.
import type { FastifyRequest } from 'fastify';
import { isStillGood, mailDomainOf } from '../../capabilities/webmail/rules/grants.ts';
import type { Door } from '../door.ts';
import { sessionOf, type Session } from '../page/session.ts';
import { securityTokenOf, sessionIdOf } from '../request.ts';

export interface MailSession extends Session {
  /** Its cookie. */
  readonly id: string;
  /** The first part of every path: `/cpsess0123456789`. */
  readonly base: string;
  /** The same as a URL, as the browser called it: `https://host.example:2096/cpsess0123456789`. */
  readonly url: string;
  /** The domain of the addresses that the mailbox sends from. */
  readonly mailDomain: string;
}

/** Undefined without a session, or once its mailbox may not be read any longer. */
export async function mailSessionOf(request: FastifyRequest, door: Door): Promise<MailSession | undefined> {
  const securityToken = securityTokenOf(request);
  const [id, session] = [sessionIdOf(request, door), await sessionOf(request, door)];
  if (id === undefined || securityToken === undefined || session === undefined) return undefined;
  const { store, sha256 } = door.application.engine;
  const { mailbox, caller } = session;
  const { user } = caller;
  const mailDomain = await store.transaction('reads', async (db) => {
    const isGood = await isStillGood({ db, sha256 }, { username: user, mailbox });
    const domain = mailbox?.address.split('@')[1] ?? (isGood ? await mailDomainOf(db, user) : '');
    return { value: isGood ? domain : undefined, keep: false };
  });
  if (mailDomain === undefined) return undefined;
  const base = `/${securityToken}`;
  return { ...session, id, base, url: `${request.protocol}://${hostOf(request)}${base}`, mailDomain };
}

/** Empty for a host that is no name, no address and no port. */
export function hostOf({ headers }: FastifyRequest): string {
  const { host = '' } = headers;
  return /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.test(host) ? host : '';
}
