// Attacks on the server: none succeeds, other clients are not affected, and the server keeps responding.
import { connect, type Socket } from 'node:net';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { retainedMemory } from '../support/retained-memory.ts';
import { until } from '../support/until.ts';
import { basic, password, sessionOf, TestServer } from '../support/server.ts';

const secret = 'WJ73QJSKZBXCIFPZ';
const version = '/json-api/version?api.version=1';
const login = { user: 'root', pass: password, login_only: '1' };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

/** What a socket returns for raw text, until it is closed. */
async function sendRaw(text: string, end = true): Promise<string> {
  const socket = await open();
  let answer = '';
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(text);
  if (end) socket.end();
  await new Promise((done) => socket.once('close', done));
  return answer;
}

function open(): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => done(socket));
    socket.once('error', fail);
  });
}

test('300 guesses, 32 at a time, block the address; another address and tokens are not affected', async () => {
  const { data } = await server.here.call('api_token_create', { token_name: 'other' });
  let refused = 0;
  const guess = async (from: number) => {
    for (let number = from; number < 300; number += 32) {
      const { status } = await server.logIn({ user: 'root', pass: `guess ${number}`, login_only: '1' });
      if (status === 401) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, from) => guess(from)));
  expect(refused).toBe(300);
  expect((await server.logIn(login)).status).toBe(401);
  const header = { headers: { authorization: `whm root:${data?.token as string}` } };
  expect((await server.ask(version, header)).status).toBe(200);
  const { data: brutes } = await server.here.call('get_cphulk_excessive_brutes');
  const { data: short } = await server.here.call('get_cphulk_brutes');
  expect(JSON.stringify([brutes, short])).toContain('127.0.0.1');
});

test('if 20 simultaneous logins send one code, only one of them succeeds', async () => {
  const { here } = server;
  await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
  await here.call('twofactorauth_enable_policy');
  here.time += 60_000;
  const tfa_token = codeAt(secret, here.time);
  await here.call('create_cphulk_record', { list_name: 'white', ip: '127.0.0.1' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => server.logIn({ ...login, tfa_token })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
});

test('if one login link is opened 10 times at once, only one session starts', async () => {
  const { data } = await server.here.call('create_user_session', { user: 'root', service: 'whostmgrd' });
  const { pathname, search } = new URL(data?.url as string);
  const answers = await Promise.all(Array.from({ length: 10 }, () => server.ask(pathname + search)));
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  const lines = server.here.audit().filter(({ authentication }) => authentication === 'login link');
  // The first of the rejected ones. The others are counted in a summary.
  expect(lines.map(({ result }) => result).sort()).toEqual([0, 1]);
});

test.each([
  ['user', 'root\r\nSet-Cookie: x=1'],
  ['user', 'root\u0000'],
  ['user', '../../root'],
  ['user', 'root" OR 1=1 --'],
  ['pass', `${password}\r\nX: y`],
  ['pass', 'a'.repeat(100_000)],
  ['tfa_token', '123456\r\nSet-Cookie: x=1'],
  ['tfa_token', '\u0661\u0662\u0663\u0664\u0665\u0666'],
])('a login whose %s is hostile (%#) is rejected like any other', async (name, value) => {
  const reply = await server.logIn({ ...login, pass: 'wrong', [name]: value });
  expect([reply.status, reply.text]).toEqual([401, '{"status":0,"message":"see_login_log"}']);
  expect(reply.headers.get('set-cookie')).toBeNull();
});

test('a repeated field is not accepted', async () => {
  const body = `user=root&user=nobody&pass=${encodeURIComponent(password)}&login_only=1`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await server.ask('/login', { method: 'POST', body, headers })).status).toBe(401);
});

test('another user’s security token does not open a session', async () => {
  const { here } = server;
  const bobs = 'another four Words, Quagmire';
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
  await here.call('setupreseller', { user: 'bob' });
  const root = sessionOf(await server.logIn(login));
  const bob = sessionOf(await server.logIn({ ...login, user: 'bob', pass: bobs }));
  expect((await server.ask(`${bob.path}${version}`, { headers: { cookie: bob.cookie } })).status).toBe(200);
  expect((await server.ask(`${root.path}${version}`, { headers: { cookie: bob.cookie } })).status).toBe(403);
  const two = { headers: { cookie: `${bob.cookie}; ${root.cookie}` } };
  expect((await server.ask(`${root.path}${version}`, two)).status).toBe(403);
});

test('a suspended, removed or dismissed reseller is logged out at once', async () => {
  const { here } = server;
  const bobs = 'another four Words, Quagmire';
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
  for (const [out, back] of [
    ['suspendacct', 'unsuspendacct'],
    ['unsetupreseller', 'setupreseller'],
  ] as const) {
    await here.call('setupreseller', { user: 'bob' });
    const bob = sessionOf(await server.logIn({ ...login, user: 'bob', pass: bobs }));
    const asBob = () => server.ask(`${bob.path}${version}`, { headers: { cookie: bob.cookie } });
    expect((await asBob()).status).toBe(200);
    await here.call(out, { user: 'bob' });
    expect((await asBob()).status).toBe(403);
    await here.call(back, { user: 'bob' });
  }
  await here.call('setupreseller', { user: 'bob' });
  const { cookie, path } = sessionOf(await server.logIn({ ...login, user: 'bob', pass: bobs }));
  const asBob = () => server.ask(`${path}${version}`, { headers: { cookie } });
  expect((await asBob()).status).toBe(200);
  expect((await here.call('removeacct', { username: 'bob' })).metadata.result).toBe(1);
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs, reseller: '1' });
  expect((await asBob()).status).toBe(403);
});

describe('a connection', () => {
  test('with headers of 32 KiB gets an error', async () => {
    const answer = await sendRaw(`GET /login HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(32_768)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['two lengths', 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    [
      'a length and chunks',
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a line break in a header', 'GET /login HTTP/1.1\r\nHost: x\r\nX: a\nb\r\n\r\n'],
  ])('with %s is rejected', async (_what, text) => {
    expect(await sendRaw(text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('beyond the 64 of its address gets an error, and the others continue', async () => {
    const sockets: Socket[] = [];
    for (let count = 0; count < 70; count++) sockets.push(await open());
    const answer = await sendRaw('GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toContain('More than 64 connections');
    for (const socket of sockets) socket.destroy();
    const isLetIn = async () => (await server.ask(version)).status === 403;
    await until(() => isLetIn().catch(() => false), 'a new connection was let in');
  });
});

describe('a slow client', () => {
  let slow: TestServer;
  beforeEach(async () => {
    slow = await TestServer.start({
      requestTimeout: 600,
      headersTimeout: 300,
      connectionsCheckingInterval: 100,
    });
  });
  afterEach(() => slow.stop());

  test.each([
    ['over its headers', 'POST /login HTTP/1.1\r\nHost: x\r\n'],
    ['over its body', 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nuser=root'],
  ])('%s is disconnected with an error', async (_what, text) => {
    const socket = connect(Number(new URL(slow.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(text);
    await new Promise((done) => socket.once('close', done));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    const isAnswered = async () => (await slow.ask(version)).status === 403;
    await until(() => isAnswered().catch(() => false), 'another client was answered');
  });
});

test('500 requests with wrong credentials do not increase the memory', async () => {
  const ask = () => server.ask(version, { headers: { authorization: `whm root:${'A'.repeat(32)}` } });
  for (let count = 0; count < 200; count++) await ask();
  const before = await retainedMemory();
  for (let count = 0; count < 500; count++) await ask();
  const after = await retainedMemory();
  expect(after - before).toBeLessThan(4 * 1_048_576);
  expect((await server.ask(version, { headers: { authorization: basic('root', password) } })).status).toBe(
    200,
  );
});
