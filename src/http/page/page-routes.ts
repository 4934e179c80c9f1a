// The routes that the pages of each interface have: the login page, a page for each part of the interface, and assets.
import type { FastifyInstance } from 'fastify';
import type { LoginService } from '../../capabilities/logins/rules/callers.ts';
import type { Door } from '../door.ts';
import { sendLoginPage } from '../login.ts';
import { queryOf, securityTokenOf } from '../request.ts';
import { assets } from './assets.ts';
import { navigation, type Tool, type ToolName } from './navigation.ts';
import { securePages } from './security-headers.ts';
import { sessionOf, type Session } from './session.ts';
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export const HTML = 'text/html; charset=utf-8';

/** Returns the page of each part, for the query of its address. */
type Renderers<Service extends LoginService> = Readonly<
  Record<ToolName<Service>, (session: Session, query: URLSearchParams) => Promise<string>>
>;

export function addPageRoutes<Service extends LoginService>(
  server: FastifyInstance,
  door: Door & { readonly service: Service },
  renderers: Renderers<Service>,
): void {
  securePages(server);
  addAssets(server);
  server.get('/', (request, reply) => sendLoginPage(request, reply, door));
  server.get('/:token', (request, reply) => {
    const token = securityTokenOf(request);
    if (token === undefined) reply.callNotFound();
    else reply.redirect(`/${token}/`, 303);
  });
  for (const tool of navigation[door.service] as readonly Tool[]) {
    const render = renderers[tool.name as ToolName<Service>];
    server.get(`/:token${tool.path}`, async (request, reply) => {
      if (securityTokenOf(request) === undefined) return reply.callNotFound();
      const session = await sessionOf(request, door);
      if (session === undefined) return reply.redirect('/', 303);
      const { visitor } = session;
      if (!visitor.tools.includes(tool)) {
        return reply.code(403).type(HTML).send(renderNotIncludedPage(tool, visitor));
      }
      return reply.type(HTML).send(await render(session, new URLSearchParams(queryOf(request))));
    });
  }
}

/** Their names change with their content, so browsers can cache them forever. */
function addAssets(server: FastifyInstance): void {
  for (const { path, type, body } of Object.values(assets())) {
    server.get(path, {
      onSend: async (_request, reply) => {
        reply.header('cache-control', 'public, max-age=31536000, immutable');
      },
      handler: (_request, reply) => reply.type(type).send(body),
    });
  }
}

// The page instead of a part of the interface whose feature the account does not have.
function renderNotIncludedPage({ title, feature }: Tool, visitor: Visitor): string {
  const main = html`<div class="card">
    <h1>${title}</h1>
    <p>
      Your account does not have the feature <code>${feature}</code>. The feature list of its package decides.
      Ask your provider to add it.
    </p>
    <p><a class="button primary" href="${visitor.base}/">Overview</a></p>
  </div>`;
  return renderPage({ name: 'not-found', title, main }, visitor);
}
