// The class xmlapi.php, as it was published: it puts headers and the body into one field of curl, which adds
// Transfer-Encoding. Its other client, “fopen”, sends a valid request. tests/http/two-lengths.test.ts has what is refused.
import { connect } from 'node:net';
import { Client } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await Client.start();
  await client.here.call('createacct', {
    username: 'bob',
    domain: 'bob.example',
    password: 'four unusual words, Xylophone',
  });
});
afterAll(() => client.stop());

const login = () => `Authorization: WHM root:${client.token}`;
const form = 'Content-Type: application/x-www-form-urlencoded';

/** Everything that the server sends until it closes the connection. */
function exchange(text: string): Promise<string> {
  const { hostname, port } = new URL(client.url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (piece: Buffer) => (received += piece.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

const statuses = (received: string) => received.match(/^HTTP\/1\.1 \d+/gm);
const suspended = async () =>
  (await client.here.call('accountsummary', { user: 'bob' })).data?.acct as { suspended: number }[];

/** What libcurl sends for `xmlapi_query` (recorded with curl 8.14). */
const withCurl = (body: string) =>
  ['POST /xml-api/suspendacct HTTP/1.1', 'Host: x', 'Accept: */*', 'Transfer-Encoding: chunked']
    .concat([login(), form, `Content-Length: ${body.length}`, '', body, '', '0', '', ''])
    .join('\r\n');

test('curl: the request is served, and the connection closes', async () => {
  const received = await exchange(withCurl('user=bob&reason=unpaid'));
  expect(statuses(received)).toEqual(['HTTP/1.1 200']);
  expect(received).toMatch(/^connection: close/im);
  expect((await suspended())[0]?.suspended).toBe(1);
  await client.here.call('unsuspendacct', { user: 'bob' });
});

test('curl behind a proxy: the request is refused, with the two headers and what to do', async () => {
  const received = await exchange(
    withCurl('user=bob').replace('Accept:', 'X-Forwarded-For: 192.0.2.1\r\nAccept:'),
  );
  expect(statuses(received)).toEqual(['HTTP/1.1 400']);
  expect(received).toContain('both Transfer-Encoding and Content-Length');
  expect(received).toContain('set_http_client(');
});

test.each([
  ['the length first', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
  ['the length last', ['Transfer-Encoding: chunked', 'Content-Length: 5']],
  ['with another coding', ['Transfer-Encoding: gzip, chunked', 'Content-Length: 5']],
])('nothing behind it becomes a request: %s', async (_name, headers) => {
  const hidden = `GET /json-api/suspendacct?api.version=1&user=bob HTTP/1.1\r\nHost: x\r\n${login()}\r\n\r\n`;
  for (const body of [`0\r\n\r\n${hidden}`, `5\r\nabcde\r\n0\r\n\r\n${hidden}`]) {
    const head = ['POST /json-api/version HTTP/1.1', 'Host: x', login(), ...headers, '', ''].join('\r\n');
    const received = await exchange(head + body);
    expect(statuses(received)).toEqual(['HTTP/1.1 400']);
    expect(received).toContain('both Transfer-Encoding and Content-Length');
  }
  expect((await suspended())[0]?.suspended).toBe(0);
});

test('two lengths, and an unknown coding, are refused as before', async () => {
  for (const headers of [['Content-Length: 5', 'Content-Length: 5'], ['Transfer-Encoding: chunkedx']]) {
    const head = ['POST /json-api/version HTTP/1.1', 'Host: x', login(), ...headers, '', ''].join('\r\n');
    expect(await exchange(`${head}abcde`)).toContain('The request is not valid HTTP.');
  }
});

test('fopen: the same query works', async () => {
  const body = 'user=bob';
  const request = ['POST /xml-api/accountsummary HTTP/1.0', login(), form, `Content-Length: ${body.length}`]
    // PHP adds its own headers behind the field, which are behind the body then.
    .concat(['', body, 'Host: x', 'Connection: close', '', ''])
    .join('\r\n');
  const received = await exchange(request);
  expect(received).toMatch(/^HTTP\/1\.1 200/);
  expect(received).toContain('<user>bob</user>');
});
