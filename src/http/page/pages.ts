// The routes of the web pages and their assets.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mayCall } from '../../core/access.ts';
import { readCall } from '../call.ts';
import { dispatch } from '../../core/dispatch.ts';
import { sendError } from '../error-answers.ts';
import type { Door } from '../door.ts';
import { sendLoginPage } from '../login.ts';
import { acceptsHtml, bodyOf, queryOf, SECURITY_TOKEN, securityTokenOf } from '../request.ts';
import { renderApiShellPage } from './api-shell-page.ts';
import { toShellAnswer } from './api-shell-call.ts';
import { assets } from './assets.ts';
import { describeFunction, listFunctions } from './function-descriptions.ts';
import { openLink, renderLinkPage } from './integration.ts';
import { renderNotFoundPage } from './not-found-page.ts';
import { overviewFor } from './overview.ts';
import { renderOverviewPage } from './overview-page.ts';
import { securePages } from './security-headers.ts';
import { refuseData, sessionOf, type Session } from './session.ts';
import { listSettings } from './tweak-settings.ts';
import { renderTwoFactorPage } from './two-factor-page.ts';

const HTML = 'text/html; charset=utf-8';

export function addPages(server: FastifyInstance, door: Door): void {
  const { application } = door;
  securePages(server);
  addAssets(server);
  server.get('/', (request, reply) => sendLoginPage(request, reply, door));
  addTools(server, door);
  addOverview(server, door);
  addFunctionDescriptions(server, door);
  addIntegrationLinks(server, door);
  server.post('/:token/api-shell/call/:name', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    const { name: command } = request.params as { name: string };
    const { args, dryRun } = readCall(queryOf(request), bodyOf(request));
    const origin = { address: request.ip, authentication: 'session' };
    const envelope = await dispatch({ command, args, dryRun, origin }, session.caller, application.engine);
    return reply.send(await toShellAnswer(envelope, await application.engine.find(command), args));
  });
}

/** Their names change with their content, so browsers can cache them forever. */
export function addAssets(server: FastifyInstance): void {
  for (const { path, type, body } of Object.values(assets())) {
    server.get(path, {
      onSend: async (_request, reply) => {
        reply.header('cache-control', 'public, max-age=31536000, immutable');
      },
      handler: (_request, reply) => reply.type(type).send(body),
    });
  }
}

function addTools(server: FastifyInstance, door: Door): void {
  const { engine } = door.application;
  const page = (path: string, render: (session: Session) => Promise<string>) => {
    server.get(`/:token${path}`, async (request, reply) => {
      if (securityTokenOf(request) === undefined) return reply.callNotFound();
      const session = await sessionOf(request, door);
      if (session === undefined) return reply.redirect('/', 303);
      return reply.type(HTML).send(await render(session));
    });
  };
  page('/', async ({ visitor }) => renderOverviewPage(visitor, engine.version));
  page('/api-shell', async ({ visitor }) => renderApiShellPage(visitor));
  page('/two-factor', async ({ caller, visitor }) => {
    const index = await engine.functions();
    const may = (name: string) => mayCall(caller, index[name]?.access ?? 'root');
    return renderTwoFactorPage(visitor, {
      mayManage: may('twofactorauth_set_tfa_config'),
      maySwitchPolicy: may('twofactorauth_enable_policy'),
    });
  });
  server.get('/:token', (request, reply) => {
    const token = securityTokenOf(request);
    if (token === undefined) reply.callNotFound();
    else reply.redirect(`/${token}/`, 303);
  });
}

function addOverview(server: FastifyInstance, door: Door): void {
  server.get('/:token/overview.json', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    return reply.send(await overviewFor(session.caller, door.application.engine));
  });
}

/** Links to other applications, which the visitor follows. */
function addIntegrationLinks(server: FastifyInstance, door: Door): void {
  server.get('/:token/integration/:app', async (request, reply) => {
    if (securityTokenOf(request) === undefined) return reply.callNotFound();
    const session = await sessionOf(request, door);
    if (session === undefined) return reply.redirect('/', 303);
    const { app } = request.params as { app: string };
    const attempt = Number(new URLSearchParams(queryOf(request)).get('attempt')) || 1;
    const opened = await openLink(door.application.engine, session.caller.user, app, attempt);
    if (opened === undefined) return reply.callNotFound();
    if ('url' in opened) return reply.redirect(opened.url, 303);
    return reply
      .code(503)
      .type(HTML)
      .send(renderLinkPage(opened, app, session.visitor));
  });
}

function addFunctionDescriptions(server: FastifyInstance, door: Door): void {
  const { engine } = door.application;
  server.get('/:token/functions.json', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    return reply.send(listFunctions(await engine.functions(), session.caller));
  });
  server.get('/:token/settings.json', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    return reply.send(await listSettings(session.caller));
  });
  server.get('/:token/functions/:name.json', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    const { name } = request.params as { name: string };
    const fn = await engine.find(name);
    if (fn === undefined || !mayCall(session.caller, fn.access)) {
      return reply.code(404).send({ error: 'There is no function of this name that you can call.' });
    }
    const index = await engine.functions();
    return reply.send(describeFunction(fn, index[name]?.family ?? ''));
  });
}

const API = /^\/(?:cpsess\d{10}\/)?(?:(?:json|xml)-api|execute)(?:[/?]|$)/;

/** Responds to unknown addresses: a page for browsers, an API error for others. */
export async function answerNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
): Promise<FastifyReply> {
  if (!acceptsHtml(request) || API.test(request.url)) {
    return sendError(reply, 404, 'There is nothing at this address.');
  }
  // An unknown address has no route parameters, so the token is read from its first part.
  const [, first = ''] = /^\/([^/?]+)/.exec(request.url) ?? [];
  const session = SECURITY_TOKEN.test(first) ? await sessionOf(request, door, first) : undefined;
  return reply.code(404).type(HTML).send(renderNotFoundPage(session?.visitor));
}
