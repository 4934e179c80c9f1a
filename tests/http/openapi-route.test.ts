import { TestServer } from '../support/server.ts';
import { Terminal } from '../support/terminal.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.startWithAccounts();
});
afterAll(async () => {
  await server.stop();
});

test('GET /openapi.json returns the document of --openapi, to everybody', async () => {
  const { status, headers, text } = await server.ask('/openapi.json');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const terminal = new Terminal();
  const { stdout } = await terminal.run('--openapi');
  terminal.remove();
  expect(JSON.parse(text)).toEqual(JSON.parse(stdout));
  // It is created once.
  expect((await server.ask('/openapi.json')).text).toBe(text);
});

test('it reveals nothing about the machine or the installation', async () => {
  const { text } = await server.ask('/openapi.json');
  const { here } = server;
  for (const own of [here.state, here.directory, server.url, process.cwd(), here.hostname]) {
    expect(text).not.toContain(own);
  }
});

test('it is compressed for clients that accept that, and not sent again to clients that have it', async () => {
  const encoding = (value: string) => server.ask('/openapi.json', { headers: { 'accept-encoding': value } });
  const [plain, compressed] = [await encoding('identity'), await encoding('br;q=1, gzip;q=0.5')];
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(compressed.headers.get('content-encoding')).toBe('gzip');
  expect(Number(compressed.headers.get('content-length'))).toBeLessThan(plain.text.length / 4);
  // fetch has decompressed it.
  expect(compressed.text).toBe(plain.text);
  expect((await encoding('gzip;q=0')).headers.get('content-encoding')).toBeNull();
  expect(compressed.headers.get('etag')).not.toBe(plain.headers.get('etag'));
  expect(plain.headers.get('vary')).toBe('accept-encoding');
  const etag = plain.headers.get('etag') ?? '';
  const again = await server.ask('/openapi.json', {
    headers: { 'if-none-match': etag, 'accept-encoding': 'identity' },
  });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('the port of the accounts returns the document of UAPI', async () => {
  const { status, text } = await server.askAccounts('/openapi.json');
  expect(status).toBe(200);
  const { info, paths } = JSON.parse(text) as { info: { title: string }; paths: Record<string, unknown> };
  expect(info.title).toBe('UAPI');
  expect(paths).toHaveProperty(['/execute/DomainInfo/list_domains']);
  expect(Object.keys(paths).every((path) => path.startsWith('/execute/'))).toBe(true);
});
