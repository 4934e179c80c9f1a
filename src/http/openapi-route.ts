// GET /openapi.json: the document is the same for everybody who runs this version of the program, so it is public.
import type { FastifyInstance } from 'fastify';
import type { Application } from '../app.ts';
import { openApi } from '../core/openapi.ts';

export function addOpenApi(server: FastifyInstance, { engine }: Application): void {
  let written: Promise<string> | undefined;
  server.get('/openapi.json', async (_request, reply) => {
    // Made of all functions, which takes a while: once, when it is first asked for.
    written ??= write(engine);
    return reply.type('application/json; charset=utf-8').send(await written);
  });
}

async function write({ functions, find, version }: Application['engine']): Promise<string> {
  const placed = await Promise.all(
    Object.entries(await functions()).map(async ([name, { family }]) => {
      const fn = await find(name);
      return fn === undefined ? [] : [{ family, fn }];
    }),
  );
  return JSON.stringify(openApi(version, placed.flat()));
}
