// Two servers on one state directory: after each change, by one of them or by a third process, each responds like a
// newly started process.
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { createApplication, root, type Application } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { createServer } from '../../src/http/server.ts';
import { Installation } from '../support/installation.ts';
import { silent } from '../support/silent-log.ts';

const here = new Installation();
const { environment } = here;
const applications: Application[] = [];
const servers: FastifyInstance[] = [];
const urls: string[] = [];
let authorization: string;

beforeAll(async () => {
  const { data } = await here.call('api_token_create', { token_name: 'test' });
  authorization = `whm root:${data?.token as string}`;
  for (let number = 0; number < 2; number++) {
    const application = createApplication(environment, { livesLong: true });
    applications.push(application);
    const server = createServer(application, { log: silent });
    servers.push(server);
    urls.push(await server.listen({ host: '127.0.0.1', port: 0 }));
  }
});
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const application of applications) application.close();
  here.remove();
});

type Call = readonly [command: string, args: Readonly<Record<string, string>>];

/** 0 and 1 are servers. */
async function callOn(server: number, [command, args]: Call): Promise<unknown> {
  const query = new URLSearchParams({ 'api.version': '1', ...args });
  const reply = await fetch(`${urls[server] ?? ''}/json-api/${command}?${query.toString()}`, {
    headers: { authorization },
  });
  return reply.json();
}

async function callAfresh([command, args]: Call): Promise<unknown> {
  const application = createApplication(environment);
  const given = Object.entries({ 'api.version': '1', ...args }).map(([name, value]) => ({ name, value }));
  const { metadata, data } = await dispatch(
    { command, args: given, dryRun: false },
    root,
    application.engine,
  );
  application.close();
  return { metadata, data };
}

const reads: Call[] = [
  ['listpkgs', {}],
  ['listpkgs', { 'api.sort.enable': '1', 'api.sort.a.field': 'name', 'api.sort.a.reverse': '1' }],
  ['listpkgs', { 'api.chunk.enable': '1', 'api.chunk.size': '2', 'api.chunk.verbose': '1' }],
  ['get_featurelists', {}],
  ['getpkginfo', { pkg: 'a' }],
  ['listacls', {}],
];

const name = fc.constantFrom('a', 'b', 'c');
const change: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ name, quota: fc.constantFrom('1', '2') }).map((args) => ['addpkg', args] as const),
  fc.record({ name, quota: fc.constantFrom('3', '4') }).map((args) => ['editpkg', args] as const),
  fc.record({ pkgname: name }).map((args) => ['killpkg', args] as const),
  fc.record({ featurelist: name }).map((args) => ['create_featurelist', args] as const),
  fc.record({ featurelist: name }).map((args) => ['delete_featurelist', args] as const),
  name.map(
    (command) => ['batch', { command: `addpkg?name=${command}`, 'command-1': 'killpkg?pkgname=b' }] as const,
  ),
);
const server = fc.constantFrom(0, 1);
const read = fc.record({ server, call: fc.constantFrom(...reads) });
/** By a server, or by a separate process. */
const changing = fc.record({ by: fc.constantFrom(0, 1, 'another process'), call: change });
/** The reads and the change of a step are sent at the same time. The results are checked after them. */
const step = fc.record({
  reads: fc.array(read, { maxLength: 4 }),
  change: fc.option(changing, { nil: undefined }),
  looked: fc.array(read, { minLength: 1, maxLength: 3 }),
});

test('each responds like a newly started process', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      for (const { reads, change, looked } of steps) {
        const sent = reads.map(({ server, call }) => callOn(server, call));
        if (change !== undefined) {
          const { by, call } = change;
          sent.push(by === 0 || by === 1 ? callOn(by, call) : callAfresh(call));
        }
        await Promise.all(sent);
        for (const { server, call } of looked) {
          expect(await callOn(server, call)).toEqual(await callAfresh(call));
        }
      }
    }),
    { numRuns: 12 },
  );
});
