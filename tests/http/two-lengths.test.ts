// Requests with two lengths, as xmlapi.php sends them: served once if they can be read in one way only.
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { createServer as createWhm } from '../../src/http/server.ts';
import { sendRaw } from '../support/raw-client.ts';
import { TestServer } from '../support/server.ts';
import { silent } from '../support/silent-log.ts';

let server: TestServer;
let login: string;
beforeAll(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'billing' });
  login = `Authorization: WHM root:${data?.token as string}`;
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example' });
});
afterAll(() => server.stop());

const suspended = async () => {
  const { data } = await server.here.call('accountsummary', { user: 'bob' });
  return (data?.acct as { suspended: number }[])[0]?.suspended;
};
const head = (line: string, ...headers: string[]) => [line, 'Host: x', ...headers, '', ''].join('\r\n');
const FORM = 'user=bob&reason=unpaid';
const BOTH = ['Transfer-Encoding: chunked', `Content-Length: ${FORM.length}`];
const uneven = (...more: string[]) =>
  head('POST /xml-api/suspendacct HTTP/1.1', ...BOTH, login, ...more) + FORM;
const hidden = () => head('GET /json-api/suspendacct?api.version=1&user=bob HTTP/1.1', login);
afterEach(() => server.here.call('unsuspendacct', { user: 'bob' }));

test.each([
  ['nothing', ''],
  ['the end of a chunked body', '\r\n0\r\n\r\n'],
  ['another request', head('GET /json-api/version?api.version=1 HTTP/1.1')],
  ['the same request', 'POST'],
])('followed by %s: one response, and the connection closes', async (_name, after) => {
  const { answers, isClosed } = await sendRaw(server.url, uneven() + after, { limitMs: 5000 });
  expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual([[200, 'close']]);
  expect(isClosed).toBe(true);
  expect(await suspended()).toBe(1);
});

test('a request behind it is not run', async () => {
  const text = head(
    'POST /json-api/version?api.version=1 HTTP/1.1',
    login,
    'Transfer-Encoding: chunked',
    'Content-Length: 3',
  );
  const { answers } = await sendRaw(server.url, `${text}a=b${hidden()}`, { limitMs: 5000 });
  expect(answers.map(({ status }) => status)).toEqual([200]);
  expect(await suspended()).toBe(0);
});

test.each<[string, () => string]>([
  ['a proxy’s field', () => uneven('X-Forwarded-For: 192.0.2.1')],
  ['a proxy’s name', () => uneven('Via: 1.1 proxy')],
  ['the address of a client', () => uneven('CF-Connecting-IP: 192.0.2.1')],
  ['a blank before a colon', () => uneven('X-A : b')],
  ['another coding', () => uneven().replace('chunked', 'gzip, chunked')],
  ['two codings', () => uneven('Transfer-Encoding: chunked')],
  ['two contents', () => uneven(`Content-Length: ${FORM.length}`)],
  ['a sign', () => uneven().replace('Content-Length: ', 'Content-Length: +')],
  ['a chunk in its body', () => uneven().replace(FORM, '5\r\nuser=\r\n0\r\n\r\n    ')],
  ['GET', () => uneven().replace('POST', 'GET')],
  ['HTTP/1.0', () => uneven().replace('HTTP/1.1', 'HTTP/1.0')],
  ['no complete header', () => uneven().split('\r\n\r\n')[0] ?? ''],
])('with %s it is refused', async (_name, text) => {
  const { answers, isClosed } = await sendRaw(server.url, text(), { limitMs: 5000 });
  expect(answers.map(({ status }) => status)).toEqual([400]);
  expect(isClosed).toBe(true);
  expect(await suspended()).toBe(0);
});

test('behind another request it is refused', async () => {
  const first = head('GET /json-api/version?api.version=1 HTTP/1.1', login);
  const { answers } = await sendRaw(server.url, first + uneven(), { limitMs: 5000 });
  expect(answers[0]?.status).toBe(200);
  expect(answers.slice(1).every(({ status }) => status === 400)).toBe(true);
  expect(await suspended()).toBe(0);
});

test('through a proxy that keeps connections, nobody gets the response of another', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const proxy = createServer((given, response) => {
    const path = `${server.url}${given.url}`;
    const headers = { ...given.headers, 'x-forwarded-for': '192.0.2.1' };
    const passed = request(path, { agent, method: given.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.writeHead(502).end());
    given.pipe(passed);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const [bad] = await Promise.all([sendRaw(url, uneven() + hidden(), { limitMs: 5000 })]);
  expect(bad.answers.every(({ status }) => status >= 400)).toBe(true);
  const good = head('GET /json-api/version?api.version=1 HTTP/1.1', login, 'Connection: close');
  expect((await sendRaw(url, good, { limitMs: 5000 })).text).toContain('"version"');
  expect(await suspended()).toBe(0);
  agent.destroy();
  proxy.close();
});

test('over TLS, where the body comes later, and where it does not come from the beginning', async () => {
  const pem = await server.here.application.ownCertificate();
  const secure = createWhm(server.here.application, { tls: { cert: pem, key: pem }, log: silent });
  await secure.listen({ host: '127.0.0.1', port: 0 });
  const { port } = secure.server.address() as AddressInfo;
  const exchange = (pieces: readonly string[]) =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        pieces.forEach((piece, at) => setTimeout(() => socket.writable && socket.write(piece), 100 * at));
      });
      socket.on('data', (piece: Buffer) => (text += piece.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });
  const whole = uneven();
  const end = whole.length - 5;
  for (const pieces of [
    [whole, '\r\n0\r\n\r\n'],
    [whole.slice(0, end), whole.slice(end)],
  ]) {
    expect((await exchange(pieces)).match(/^HTTP\/1.1 \d+/gm)).toEqual(['HTTP/1.1 200']);
    expect(await suspended()).toBe(1);
    await server.here.call('unsuspendacct', { user: 'bob' });
  }
  // A proxy’s field before it: what arrives second looks like a whole request.
  const around = 'GET / HTTP/1.1\r\nHost: x\r\nVia: 1.1 proxy\r\nX-A: b';
  expect((await exchange([around, whole])).match(/^HTTP\/1.1 \d+/gm)).toEqual(['HTTP/1.1 400']);
  expect(await suspended()).toBe(0);
  await secure.close();
});
