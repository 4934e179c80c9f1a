// The routes that the pages of each interface have: the login page, a page for each part of the interface, and assets.
import type { FastifyInstance } from 'fastify';
import type { LoginService } from '../../capabilities/logins/rules/callers.ts';
import type { Door } from '../door.ts';
import { sendLoginPage } from '../login.ts';
import { queryOf, securityTokenOf } from '../request.ts';
import { assets } from './assets.ts';
import { navigation, type Tool, type ToolName } from './navigation.ts';
import { renderNotIncludedPage } from './not-included-page.ts';
import { securePages } from './security-headers.ts';
import { sessionOf, type Session } from './session.ts';

export const HTML = 'text/html; charset=utf-8';

/** Returns the page of each part, for the query of its address. */
export type Renderers<Service extends LoginService> = Readonly<
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
