// What a connection can contain in addition to whole requests: bytes that follow a request, requests that are sent
// ahead, and bytes that are not HTTP.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Connections } from '../../src/http/connections.ts';
import { limits } from '../../src/http/limits.ts';
import { password, TestServer } from '../support/server.ts';
import { watchPasswords } from '../support/watched-passwords.ts';
import { until } from '../support/until.ts';
import { openSocket, sendRaw } from '../support/raw-client.ts';
import { describeWith } from '../support/require-tool.ts';

let server: TestServer;
let impatient: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'test' });
  authorization = `whm root:${data?.token as string}`;
  // A busy machine can be too slow for this limit, so only the requests that need it are sent to this server.
  impatient = await TestServer.start({
    headersTimeout: 1500,
    requestTimeout: 3000,
    connectionsCheckingInterval: 100,
  });
});
afterAll(async () => {
  await server.stop();
  await impatient.stop();
});

const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: x', `Authorization: ${authorization}`, ...headers, '', ''].join('\r\n');
const version = () => head('GET /json-api/version?api.version=1');

describe('bytes that follow a request', () => {
  test('a call that was run gets its response, and then the connection closes', async () => {
    await server.here.call('createacct', { username: 'nodeu6', domain: 'nodeu6.example', password });
    // As old copies of xmlapi.php send it: the body is in a header, and curl’s own headers follow.
    const body = 'user=nodeu6';
    const text =
      `POST /xml-api/suspendacct HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}\r\n` +
      'Content-Length: 0\r\n\r\n';
    const { answers, isClosed } = await sendRaw(server.url, text);
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(answers[0]?.headers.connection).toBe('close');
    expect(isClosed).toBe(true);
    const { data } = await server.here.call('accountsummary', { user: 'nodeu6' });
    expect(data).toMatchObject({ acct: [{ suspended: 1 }] });
  });

  test('all requests before them get responses, in order', async () => {
    const { answers } = await sendRaw(
      server.url,
      `${version()}${head('GET /nothing')}${version()}rubbish\r\n\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200]);
  });

  test('a body that stops and is followed by something else gets a 400, and nothing is called', async () => {
    const lines = server.here.audit().length;
    const text = `${head('POST /json-api/version?api.version=1', 'Transfer-Encoding: chunked')}5\r\nhello\r\nnot a length\r\n`;
    const { answers, isClosed } = await sendRaw(server.url, text);
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect([isClosed, server.here.audit().length]).toEqual([true, lines]);
  });

  test('a request that arrives too slowly after a complete one gets an error after the first response', async () => {
    const { answers } = await sendRaw(
      impatient.url,
      'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nPOST /login HTTP/1.1\r\nHost: x\r\n',
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 408]);
  });
});

describe('requests that are sent ahead', () => {
  test('get responses one at a time, in order', async () => {
    const watched = watchPasswords(server.here);
    const login = 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nuser=a&pass';
    const { answers } = await sendRaw(server.url, login.repeat(4), { answers: 4 });
    watched.restore();
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect([watched.most, watched.count]).toEqual([1, 4]);
  });

  test('more than 17 at once: the first 17 get responses, and then the connection closes', async () => {
    const { answers, isClosed } = await sendRaw(server.url, version().repeat(40));
    expect(answers).toHaveLength(17);
    expect(answers.at(-1)?.headers.connection).toBe('close');
    expect(isClosed).toBe(true);
  });
});

const security = {
  'cache-control': 'no-cache, no-store, must-revalidate, private',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

test.each([
  ['an address that is not UTF-8', () => head('GET /json-api/%ff?api.version=1'), 400],
  ['an address with a long part', () => head(`GET /json-api/${'a'.repeat(300)}`), 414],
  ['headers that are too long', () => head('GET /', `X: ${'a'.repeat(20_000)}`), 431],
  ['bytes that are not HTTP', () => 'hello\r\n\r\n', 400],
  ['no Host header', () => 'GET /login HTTP/1.1\r\n\r\n', 400],
  ['an unknown expectation', () => head('GET /', 'Expect: wonders'), 417],
  ['no such address', () => head('GET /nothing'), 404],
  ['a request that never ends', () => 'GET / HTTP/1.1\r\nHost: x\r\n', 408],
])('%s gets a response with a reason and the security headers', async (_what, make, status) => {
  const { url } = status === 408 ? impatient : server;
  const { answers } = await sendRaw(url, make(), { answers: 1 });
  expect(answers.map((one) => one.status)).toEqual([status]);
  expect(answers[0]?.headers).toMatchObject(security);
  expect(JSON.parse(answers[0]?.body ?? '')).toEqual({ error: expect.stringMatching(/\.$/) as string });
});

describeWith(['xmllint'], 'an error below /xml-api/', () => {
  const reason = (xml: string) =>
    execFileSync('xmllint', ['--xpath', 'string(/cpanelresult/data/reason)', '-'], { input: xml })
      .toString()
      .trim();

  test.each([
    ['400', () => head('GET /xml-api/version?x=%ff'), 400, 'UTF-8'],
    ['400 before routing', () => head('GET /xml-api/%ff'), 400, 'The address is not valid'],
    ['403', () => 'GET /xml-api/version HTTP/1.1\r\nHost: x\r\n\r\n', 403, 'Access denied'],
    ['404', () => head('GET /xml-api/version/further'), 404, 'There is nothing'],
    ['404 of a session', () => head('GET /cpsess0123456789/xml-api/a/b'), 404, 'There is nothing'],
  ])('%s is XML', async (_what, make, status, sentence) => {
    const { answers } = await sendRaw(server.url, make(), { answers: 1 });
    expect(answers[0]?.status).toBe(status);
    expect(answers[0]?.headers['content-type']).toBe('text/xml; charset="utf-8"');
    expect(answers[0]?.headers['x-content-type-options']).toBe('nosniff');
    expect(reason(answers[0]?.body ?? '')).toContain(sentence);
  });
});

test.each(['json-api', 'xml-api'])('/%s/NAME/ is handled like /NAME', async (api) => {
  const ask = (slash: string) =>
    server.ask(`/${api}/version${slash}?api.version=1`, { headers: { authorization } });
  const plain = await ask('');
  expect(plain.status).toBe(200);
  expect(await ask('/')).toMatchObject({ status: 200, text: plain.text });
});

test('what is not HTTP does not prolong the time to read a response', async () => {
  const hasty = await TestServer.start({ writeTimeout: 1000 });
  try {
    const socket = await openSocket(hasty.url);
    socket.on('error', () => undefined);
    socket.pause();
    // More than the server lets wait, and more than the system accepts for a client that does not read.
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(30));
    const isOpen = () => !socket.destroyed && socket.writable;
    for (let round = 0; round < 60 && isOpen(); round++) {
      await new Promise((done) => setTimeout(done, 300));
      socket.write('nonsense\r\n\r\n');
    }
    const isCut = !isOpen();
    socket.destroy();
    expect(isCut).toBe(true);
  } finally {
    await hasty.stop();
  }
});

test('a request whose client has reset the connection before it was accepted is not handled without an address', async () => {
  const connections = new Connections(limits, {}, { has: () => false });
  const seen: (string | undefined)[] = [];
  const listener = connections.createServer(({ socket }, response) => {
    seen.push(socket.remoteAddress);
    response.end();
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port } = listener.address() as AddressInfo;
  const client = `
import socket, struct
for reset in (True, False):
    one = socket.create_connection(("127.0.0.1", ${port}))
    one.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    if reset: one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()`;
  // Nothing is accepted while this process waits for the client.
  execFileSync('python3', ['-c', client]);
  await until(() => seen.includes('127.0.0.1'));
  listener.close();
  expect(seen).toEqual(['127.0.0.1']);
});
