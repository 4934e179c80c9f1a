// Requests and responses over HTTP, with valid credentials.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { basic, password, TestServer } from '../support/server.ts';
import { itWith } from '../support/require-tool.ts';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'test' });
  authorization = `whm root:${data?.token as string}`;
});
afterAll(() => server.stop());

const get = (path: string) => server.ask(path, { headers: { authorization } });
const post = (path: string, body: string | URLSearchParams | Uint8Array<ArrayBuffer>, type?: string) =>
  server.ask(path, {
    method: 'POST',
    body,
    headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
  });
const json = async (reply: Promise<{ text: string }>): Promise<unknown> => JSON.parse((await reply).text);

describe('a call', () => {
  test('reads its arguments from the query, where a plus sign is a space', async () => {
    await get('/json-api/twofactorauth_set_issuer?api.version=1&issuer=Example+Hosting%2B');
    expect(await json(get('/json-api/twofactorauth_get_issuer?api.version=1'))).toMatchObject({
      data: { issuer: 'Example Hosting+' },
    });
  });

  test('reads them from a form, and from JSON', async () => {
    const form = new URLSearchParams({ 'api.version': '1', issuer: 'By form' });
    expect(await json(post('/json-api/twofactorauth_set_issuer', form))).toMatchObject({
      metadata: { result: 1 },
    });
    const body = '{"api.version":1,"issuer":"By JSON"}';
    await post('/json-api/twofactorauth_set_issuer', body, 'application/json; charset=utf-8');
    expect(await json(get('/json-api/twofactorauth_get_issuer?api.version=1'))).toMatchObject({
      data: { issuer: 'By JSON' },
    });
  });

  test('reads a form without a content type', async () => {
    const bytes = new TextEncoder().encode('api.version=1&issuer=Unsaid');
    expect(await json(post('/json-api/twofactorauth_set_issuer', bytes))).toMatchObject({
      metadata: { result: 1 },
    });
  });

  test('that fails returns status 200 and the reason', async () => {
    const { status, text } = await get('/json-api/accountsummary?api.version=1&user=nobody');
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        metadata: {
          version: 1,
          reason: 'You do not have a user named “nobody”.',
          result: 0,
          command: 'accountsummary',
          error_code: 'not_found',
        },
      },
    ]);
  });

  test('of an unknown function fails with WHM’s message', async () => {
    expect(await json(get('/json-api/no_such_thing?api.version=1'))).toMatchObject({
      metadata: {
        result: 0,
        reason: 'Unknown app ("no_such_thing") requested for this version (1) of the API.',
      },
    });
  });

  itWith(['xmllint'], 'returns XML that a parser reads', async () => {
    const { headers, text } = await get('/xml-api/listpkgs?api.version=1');
    expect(headers.get('content-type')).toBe('text/xml; charset="utf-8"');
    const names = execFileSync('xmllint', ['--xpath', '//data/pkg/name/text()', '-'], { input: text });
    expect(names.toString().trim().split(/\s+/)).toEqual(['default', 'starter']);
  });

  test('with api.dry_run=1 saves nothing', async () => {
    await get('/json-api/twofactorauth_set_issuer?api.version=1&issuer=Kept');
    const dry = await json(
      get('/json-api/twofactorauth_set_issuer?api.version=1&issuer=Not+kept&api.dry_run=1'),
    );
    expect(dry).toMatchObject({ metadata: { result: 1, dry_run: 1 } });
    expect(await json(get('/json-api/twofactorauth_get_issuer?api.version=1'))).toMatchObject({
      data: { issuer: 'Kept' },
    });
  });

  test('filters, sorts and pages', async () => {
    const query =
      'api.version=1&api.filter.enable=1&api.filter.a.field=app&api.filter.a.arg0=policy&api.sort.enable=1' +
      '&api.sort.a.field=app&api.sort.a.reverse=1&api.chunk.enable=1&api.chunk.size=1&api.chunk.start=1&api.chunk.verbose=1';
    expect(await json(get(`/json-api/applist?${query}`))).toMatchObject({
      metadata: { chunk: { records: 5, size: 1, start: 1, current: 1, chunks: 5 } },
      data: { app: ['twofactorauth_policy_status'] },
    });
  });

  test('runs a batch', async () => {
    const { text } = await get('/json-api/batch?api.version=1&command=version&command=nothing_here');
    expect(JSON.parse(text)).toMatchObject({
      data: { result: [{ metadata: { result: 1 } }, { metadata: { result: 0 } }] },
    });
  });
});

const unknownApp = (name: string) => ({
  error: `Unknown App Requested: ${name}`,
  status: 0,
  statusmsg: `Unknown App Requested: ${name}`,
});

describe('without api.version=1', () => {
  test.each([
    ['version', '', { version: expect.any(String) as string }],
    ['applist', '', { app: expect.arrayContaining(['version']) as string[] }],
    ['listaccts', '', { acct: [], status: 1, statusmsg: 'Ok' }],
    [
      'removeacct',
      'user=nobody',
      {
        result: [{ status: 0, statusmsg: 'You do not have a user named “nobody”.', rawout: null }],
        status: 0,
        statusmsg: 'You do not have a user named “nobody”.',
      },
    ],
    [
      'saveacllist',
      'acllist=testacllist',
      { results: [{ status: 1, statusmsg: 'ACL List testacllist saved.' }] },
    ],
    ['twofactorauth_policy_status', '', unknownApp('twofactorauth_policy_status')],
    ['no_such_thing', '', unknownApp('no_such_thing')],
  ])('%s returns the shape of version 0', async (name, query, answer) => {
    expect(await json(get(`/json-api/${name}?${query}`))).toEqual(answer);
  });

  test('another version is handled as version 1, with a warning', async () => {
    expect(await json(get('/json-api/version?api.version=2'))).toMatchObject({
      metadata: {
        result: 1,
        output: { warnings: ['“api.version=2” is treated as version 1, the version of this API.'] },
      },
    });
  });

  test.each(['version', 'listaccts', 'no_such_thing'])('the root element of %s is its name', async (name) => {
    const { text } = await get(`/xml-api/${name}`);
    expect(text).toMatch(new RegExp(`^<\\?xml[^>]*>\\s*<${name}>[^]*</${name}>\\s*$`));
  });
});

describe('a request that is not a call', () => {
  test.each([
    ['a query that is not UTF-8', () => get('/json-api/version?api.version=1&x=%ff'), 400],
    ['a body that is not UTF-8', () => post('/json-api/version', Uint8Array.of(0x61, 0xff)), 400],
    ['a body that is not JSON', () => post('/json-api/version', '{"a":', 'application/json'), 400],
    ['a body that is a JSON list', () => post('/json-api/version', '[1]', 'application/json'), 400],
    ['a body of another type', () => post('/json-api/version', '<a/>', 'text/xml'), 415],
    ['a body over a MiB', () => post('/json-api/version', 'a'.repeat(1_048_577)), 413],
    ['another path', () => get('/etc/passwd'), 404],
    ['a path with dots', () => get('/json-api/../../etc/passwd'), 404],
    ['a path with encoded dots', () => get('/json-api/%2e%2e%2f%2e%2e%2fetc%2fpasswd'), 200],
    [
      'another method',
      () => server.ask('/json-api/version', { method: 'DELETE', headers: { authorization } }),
      404,
    ],
  ])('%s gets an error', async (_what, send, status) => {
    const reply = await send();
    expect(reply.status).toBe(status);
    expect(reply.text).not.toContain('.ts:');
    expect(JSON.parse(reply.text)).toEqual(expect.any(Object));
    expect((await get('/json-api/version?api.version=1')).status).toBe(200);
  });

  test('parameters with the names of prototype members are ordinary parameters', async () => {
    const body = '{"api.version":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    expect(await json(post('/json-api/version', body, 'application/json'))).toMatchObject({
      metadata: { result: 1 },
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('a call that cannot be recorded does not return its result', async () => {
  const log = join(server.here.state, 'audit.log');
  chmodSync(log, 0o644);
  expect(await json(get('/json-api/version?api.version=1'))).toMatchObject({
    metadata: { result: 0, error_code: 'store_insecure' },
  });
  const refused = await server.logIn({ user: 'root', pass: password });
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([503, null]);
  expect(refused.text).toContain('The server’s store cannot be used at the moment');
  chmodSync(log, 0o600);
  expect(await json(get('/json-api/version?api.version=1'))).toMatchObject({ metadata: { result: 1 } });
});

test('an unknown function of version 0 is also in the audit log', async () => {
  await get('/json-api/twofactorauth_policy_status');
  expect(server.here.audit().at(-1)).toMatchObject({
    caller: 'root',
    address: '127.0.0.1',
    authentication: 'token test',
    function: 'twofactorauth_policy_status',
    result: 0,
    error_code: 'unknown_function',
  });
});

test('responses must not be cached or interpreted as another type', async () => {
  const { headers } = await get('/json-api/version?api.version=1');
  expect(headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate, private');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

/** Clients close a connection after HEAD. */
const ofConnection = ['date', 'connection', 'keep-alive'];

test.each(['version', 'listacls', 'no_such_thing'])(
  'HEAD has the headers of %s, and no body',
  async (name) => {
    const path = `/json-api/${name}?api.version=1`;
    const whole = await get(path);
    const head = await server.ask(path, { method: 'HEAD', headers: { authorization } });
    const [expected, found] = [whole, head].map(({ status, headers }) => [
      status,
      [...headers].filter(([header]) => !ofConnection.includes(header)),
    ]);
    expect([found, head.text]).toEqual([expected, '']);
    expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(whole.text));
  },
);

test('no log contains a secret that was sent', async () => {
  await server.ask('/json-api/version?api.version=1', {
    headers: { authorization: basic('root', password) },
  });
  await server.logIn({ user: 'root', pass: 'a wrong Secret, Xylophone' });
  await get('/json-api/passwd?api.version=1&user=nobody&password=another+Secret%2C+Quagmire');
  const log = JSON.stringify(server.here.audit());
  for (const part of ['Xylophone', 'Quagmire', authorization.slice(9)]) expect(log).not.toContain(part);
});
