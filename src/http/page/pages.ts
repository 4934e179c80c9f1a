// The web pages of WHM.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mayCall } from '../../core/access.ts';
import { sendError } from '../error-answers.ts';
import type { Door } from '../door.ts';
import { acceptsHtml, queryOf, SECURITY_TOKEN, securityTokenOf } from '../request.ts';
import { renderApiShellPage } from './api-shell-page.ts';
import { followLink, renderLinkPage } from './integration.ts';
import { overviewFor, renderOverviewPage } from './overview.ts';
import { addPageRoutes, HTML } from './page-routes.ts';
import { refuseData, sessionOf } from './session.ts';
import { addShell } from './shell-routes.ts';
import { renderTwoFactorPage } from './two-factor-page.ts';
import { whmShell } from './whm-shell.ts';
import { html } from './html.ts';
import { renderBarePage, renderPage, type Visitor } from './layout.ts';

export function addPages(server: FastifyInstance, door: Door): void {
  const { engine } = door.application;
  addPageRoutes(
    server,
    { ...door, service: 'whostmgrd' },
    {
      overview: async ({ visitor }) => renderOverviewPage(visitor, engine.version),
      'api-shell': async ({ visitor }) => renderApiShellPage(visitor),
      'two-factor': async ({ caller, visitor }) => {
        const index = await engine.functions();
        const may = (name: string) => mayCall(caller, index[name]?.access ?? 'root');
        return renderTwoFactorPage(visitor, {
          mayManage: may('twofactorauth_set_tfa_config'),
          maySwitchPolicy: may('twofactorauth_enable_policy'),
        });
      },
    },
  );
  addOverview(server, door);
  addIntegrationLinks(server, door);
  addShell(server, door, whmShell(engine));
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
    const opened = await followLink(door.application.engine, session.caller.user, app, attempt);
    if (opened === undefined) return reply.callNotFound();
    if ('url' in opened) return reply.redirect(opened.url, 303);
    return reply
      .code(503)
      .type(HTML)
      .send(renderLinkPage(opened, app, session.visitor));
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

// The page for unknown addresses.

/** @param visitor undefined if the user is not logged in. */
function renderNotFoundPage(visitor: Visitor | undefined): string {
  const title = 'Page not found';
  const main = html`<div class="card">
    <h1>${title}</h1>
    <p>There is no page at this address. The link may be old, or the address may have a typo.</p>
    <p>
      ${
        visitor === undefined
          ? html`<a class="button primary" href="/">Log in</a>`
          : html`<a class="button primary" href="${visitor.base}/">Overview</a>`
      }
    </p>
  </div>`;
  const page = { name: 'not-found', title, main } as const;
  return visitor === undefined ? renderBarePage(page) : renderPage(page, visitor);
}
