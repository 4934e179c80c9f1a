// The door of webmail: logins, and Roundcube behind them.
import type { FastifyInstance } from 'fastify';
import type { Connections } from '../connections.ts';
import type { Door } from '../door.ts';
import { addPageRoutes } from '../page/page-routes.ts';
import { addAuthorize } from './authorize.ts';
import { addRoundcube } from './roundcube.ts';

export function addWebmail(server: FastifyInstance, door: Door, connections: Connections): void {
  addPageRoutes(server, { ...door, service: 'webmaild' }, {});
  addAuthorize(server, door);
  addRoundcube(server, door, connections);
}
