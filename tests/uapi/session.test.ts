// The module Session: sessions of webmail, which are used over HTTP. Bob is an account.
import { basic, sessionOf, TestServer } from '../support/server.ts';

const bobs = 'correct horse battery staple 7';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithWebmail();
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
});
afterAll(() => server.stop());

describe('Session::create_webmail_session_for_self', () => {
  const create = (args: Record<string, string>) =>
    server.here.uapi('bob', 'Session::create_webmail_session_for_self', args);
  const enter = (token: string, session: string) =>
    server.askWebmail(`${token}/login`, { method: 'POST', body: new URLSearchParams({ session }) });

  test('creates a session that begins once, from its address', async () => {
    const { data } = await create({ remote_address: '127.0.0.1' });
    const { hostname, session, token } = data as Record<'hostname' | 'session' | 'token', string>;
    expect([hostname, session, token]).toEqual([
      null,
      expect.stringMatching(/^bob:[\w-]{64}$/),
      expect.stringMatching(/^\/cpsess\d{10}$/),
    ]);
    // Not at another door.
    const other = { method: 'POST', body: new URLSearchParams({ session }) };
    expect((await server.askAccounts(`${token}/login`, other)).status).toBe(401);
    const { cookie, path } = sessionOf(await enter(token, session));
    expect(path).toBe(token);
    expect((await server.askWebmail(`${path}/`, { headers: { cookie } })).status).toBe(200);
    expect((await enter(token, session)).status).toBe(401);
  });

  test('is of no use to another address, neither before nor after the login', async () => {
    const { data } = await create({ remote_address: '127.0.0.2' });
    const { session, token } = data as Record<'session' | 'token', string>;
    expect((await enter(token, session)).status).toBe(401);
    // It is not used up.
    const body = new URLSearchParams({ session }).toString();
    const { headers } = await server.askWebmailFrom('127.0.0.2', `${token}/login`, { method: 'POST', body });
    const [cookie = ''] = (headers['set-cookie']?.[0] ?? '').split(';');
    expect(cookie).toMatch(/^webmailsession=\w{32}$/);
    expect((await server.askWebmailFrom('127.0.0.2', `${token}/`, { cookie })).status).toBe(200);
    expect((await server.askWebmail(`${token}/`, { headers: { cookie } })).status).toBe(303);
  });

  test('is for the address of the caller, which the command line has to name', async () => {
    const headers = { authorization: basic('bob', bobs) };
    const path = '/execute/Session/create_webmail_session_for_self';
    const reply = await server.askAccounts(path, { headers });
    const { data } = JSON.parse(reply.text) as { data: Record<'session' | 'token', string> };
    expect((await enter(data.token, data.session)).status).toBe(303);
    expect((await create({})).errors).toEqual([
      'The parameter “remote_address” is required here: the address of the caller is not known.',
    ]);
    expect((await create({ remote_address: 'nowhere' })).errors).toEqual([
      'The parameter “remote_address” should be an IP address, not “nowhere”.',
    ]);
    await server.here.call('add_override_features_for_user', { user: 'bob', features: '{"webmail":0}' });
    expect((await create({ remote_address: '127.0.0.1' })).status).toBe(0);
    await server.here.call('remove_override_features_for_user', { user: 'bob', features: '["webmail"]' });
  });
});
