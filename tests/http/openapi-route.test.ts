import { TestServer } from '../support/server.ts';
import { Terminal } from '../support/terminal.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  await server.stop();
});

test('GET /openapi.json is what --openapi prints, for everybody', async () => {
  const { status, headers, text } = await server.ask('/openapi.json');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const terminal = new Terminal();
  const { stdout } = await terminal.run('--openapi');
  terminal.remove();
  expect(JSON.parse(text)).toEqual(JSON.parse(stdout));
  // Made once.
  expect((await server.ask('/openapi.json')).text).toBe(text);
});

test('it tells nothing of the machine or the installation', async () => {
  const { text } = await server.ask('/openapi.json');
  const { here } = server;
  for (const own of [here.state, here.directory, server.url, process.cwd(), here.hostname]) {
    expect(text).not.toContain(own);
  }
});
