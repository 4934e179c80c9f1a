// The page to which Roundcube sends a browser that it does not know (RFC 6749, section 4.1.1): the session is the answer, so
// nothing is asked, and the browser goes back at once with a code.
import type { FastifyInstance } from 'fastify';
import { makeCode } from '../../capabilities/webmail/rules/grants.ts';
import { AUTHORIZE, CLIENT, REDIRECT } from '../../capabilities/webmail/rules/places.ts';
import type { Door } from '../door.ts';
import { sendError } from '../error-answers.ts';
import { loginDependenciesOf } from '../login-dependencies.ts';
import { queryOf, securityTokenOf } from '../request.ts';
import { hostOf, mailSessionOf } from './mail-session.ts';

const MAX_STATE = 256;

export function addAuthorize(server: FastifyInstance, door: Door): void {
  server.get(`/:token${AUTHORIZE}`, async (request, reply) => {
    if (securityTokenOf(request) === undefined) return reply.callNotFound();
    const session = await mailSessionOf(request, door);
    if (session === undefined) return reply.redirect('/', 303);
    const query = new URLSearchParams(queryOf(request));
    const only = (name: string) => (query.getAll(name).length === 1 ? (query.get(name) ?? '') : '');
    const [redirectUri, state] = [only('redirect_uri'), only('state')];
    const isKnown =
      hostOf(request) !== '' &&
      only('response_type') === 'code' &&
      only('client_id') === CLIENT &&
      redirectUri === `${session.url}${REDIRECT}` &&
      state !== '' &&
      state.length <= MAX_STATE;
    if (!isKnown)
      return sendError(reply, 400, 'This request does not come from the webmail of this session.');
    const dependencies = loginDependenciesOf(door.application);
    const { session: hash = '' } = session.caller;
    const code = await dependencies.transaction((db) =>
      makeCode({ ...dependencies, db }, Buffer.from(hash, 'hex'), redirectUri),
    );
    // Only a path: whatever the request says, the code stays at this server.
    return reply.redirect(
      `${session.base}${REDIRECT}?${new URLSearchParams({ code, state }).toString()}`,
      303,
    );
  });
}
