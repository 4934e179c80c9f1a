// The data of the API Shell, at both doors: descriptions of functions, and calls.
import type { FastifyInstance } from 'fastify';
import type { Call } from '../../core/context.ts';
import { readCall } from '../call.ts';
import type { Door } from '../door.ts';
import { bodyOf, queryOf } from '../request.ts';
import { refuseData, sessionOf, type Session } from './session.ts';
import type { FunctionDescription, FunctionList, SettingList, ShellAnswer } from './wire.ts';

/** The API of a door. */
export interface Shell {
  /** The functions that the caller may call. */
  readonly list: (session: Session) => Promise<FunctionList>;
  readonly settings: (session: Session) => Promise<SettingList>;
  /** Undefined if the caller may not call it, or there is none. */
  readonly describe: (session: Session, name: string) => Promise<FunctionDescription | undefined>;
  readonly call: (
    session: Session,
    call: Pick<Call, 'command' | 'args' | 'dryRun' | 'origin'>,
  ) => Promise<ShellAnswer>;
}

export function addShell(server: FastifyInstance, door: Door, shell: Shell): void {
  const data = (path: string, read: (session: Session) => Promise<unknown>) => {
    server.get(`/:token/${path}`, async (request, reply) => {
      const session = await sessionOf(request, door);
      return session === undefined ? refuseData(reply) : reply.send(await read(session));
    });
  };
  data('functions.json', (session) => shell.list(session));
  data('settings.json', (session) => shell.settings(session));
  server.get('/:token/functions/:name.json', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    const { name } = request.params as { name: string };
    const described = await shell.describe(session, name);
    if (described !== undefined) return reply.send(described);
    return reply.code(404).send({ error: 'There is no function of this name that you can call.' });
  });
  server.post('/:token/api-shell/call/:name', async (request, reply) => {
    const session = await sessionOf(request, door);
    if (session === undefined) return refuseData(reply);
    const { name: command } = request.params as { name: string };
    const { args, dryRun } = readCall(queryOf(request), bodyOf(request));
    const origin = { address: request.ip, authentication: 'session' };
    return reply.send(await shell.call(session, { command, args, dryRun, origin }));
  });
}
