// The pages of accounts.
import type { FastifyInstance } from 'fastify';
import { ofApi } from '../../core/contexts.ts';
import { dispatch } from '../../core/dispatch.ts';
import { uapiAnswer } from '../../model/account-apis/answers.ts';
import type { Door } from '../door.ts';
import { sendLoginPage } from '../login.ts';
import { securityTokenOf } from '../request.ts';
import { renderAccountPage } from './account-page.ts';
import { addAssets } from './pages.ts';
import { securePages } from './security-headers.ts';
import { sessionOf, type Session } from './session.ts';

export function addAccountPages(server: FastifyInstance, door: Door): void {
  securePages(server);
  addAssets(server);
  server.get('/', (request, reply) => sendLoginPage(request, reply, door));
  server.get('/:token', (request, reply) => {
    const token = securityTokenOf(request);
    if (token === undefined) reply.callNotFound();
    else reply.redirect(`/${token}/`, 303);
  });
  server.get('/:token/', async (request, reply) => {
    if (securityTokenOf(request) === undefined) return reply.callNotFound();
    const session = await sessionOf(request, door);
    if (session === undefined) return reply.redirect('/', 303);
    const domains = await call(door, session, 'DomainInfo::list_domains');
    return reply.type('text/html; charset=utf-8').send(renderAccountPage(session.visitor, domains));
  });
}

/** Calls a function of UAPI for a page. */
async function call({ application }: Door, { caller }: Session, command: string) {
  const envelope = await dispatch(
    { command, args: [], dryRun: false },
    caller,
    ofApi(application.engine, 'uapi'),
  );
  return uapiAnswer(envelope, undefined);
}
