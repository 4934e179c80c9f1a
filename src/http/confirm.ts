// POST /cpsess…/confirm: the user of a session confirms their identity with `code` or `password`.
import type { FastifyInstance } from 'fastify';
import { confirm } from '../capabilities/logins/rules/confirmations.ts';
import { identify } from './authentication.ts';
import { readBody } from './call.ts';
import type { Door } from './door.ts';
import { field } from './login.ts';
import { loginDependenciesOf } from './login-dependencies.ts';
import { bodyOf, securityTokenOf, sessionIdOf } from './request.ts';

export function addConfirm(server: FastifyInstance, door: Door): void {
  server.post('/:token/confirm', async (request, reply) => {
    const { application, service, log } = door;
    const sessionId = sessionIdOf(request, door);
    const securityToken = securityTokenOf(request);
    const address = request.ip;
    const sender = await identify(door, {
      authorization: undefined,
      code: undefined,
      sessionId,
      securityToken,
      address,
    });
    if ('problem' in sender || sessionId === undefined) {
      return reply.code(403).send({ error: 'There is no session, or it has ended.' });
    }
    const body = bodyOf(request);
    const fields = body === undefined ? [] : readBody(body);
    const [code, password] = [field(fields, 'code').trim(), field(fields, 'password')];
    if ((code === '') === (password === '')) {
      return reply.code(400).send({ error: 'Send either “code” or “password”.' });
    }
    const { user } = sender.caller;
    const proof = { service, user, sessionId, code, password, address };
    const confirmation = await confirm(loginDependenciesOf(application, request.raw.socket), proof);
    const how = code === '' ? 'session and password' : 'session and code';
    const about = { command: 'confirm', user, address, authentication: how };
    if ('problem' in confirmation) {
      const { problem, reason } = confirmation;
      await application.auditLogin({ ...about, problem });
      log.warn({ address, problem }, 'confirmation refused');
      return reply.code(401).send({ error: reason, error_code: problem });
    }
    await application.auditLogin(about);
    return reply.send({
      confirmed_until: Math.floor(confirmation.confirmedUntil / 1000),
      warnings: confirmation.warnings,
    });
  });
}
