// Which callers are accepted, by which kind of login, and what the others get.
import { join } from 'node:path';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Database } from '../../src/store/database.ts';
import { basic, password, sessionOf, TestServer } from '../support/server.ts';
import { onSqlite } from '../support/test-database.ts';

const secret = 'WJ73QJSKZBXCIFPZ';
const version = '/json-api/version?api.version=1';
const denied = {
  cpanelresult: {
    apiversion: '2',
    error: 'Access denied',
    data: { reason: 'Access denied', result: '0' },
    type: 'text',
  },
};

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

/** Root is enrolled, and codes are required. */
async function enrol(): Promise<void> {
  const { here } = server;
  const tfa_token = codeAt(secret, here.time);
  expect((await here.call('twofactorauth_set_tfa_config', { secret, tfa_token })).metadata.result).toBe(1);
  await here.call('twofactorauth_enable_policy');
  here.time += 60_000;
}

async function makeToken(args: Record<string, string> = {}): Promise<string> {
  const { data } = await server.here.call('api_token_create', { token_name: 'test', ...args });
  return data?.token as string;
}

const withHeader = (authorization: string, path = version) =>
  server.ask(path, { headers: { authorization } });

describe('a password', () => {
  test('logs root in', async () => {
    const { status, headers, text } = await server.asRoot(version);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset="utf-8"']);
    expect(JSON.parse(text)).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'version' },
      data: { version: expect.any(String) as string },
    });
    expect(server.here.audit().at(-1)).toMatchObject({
      caller: 'root',
      address: '127.0.0.1',
      authentication: 'password',
      function: 'version',
      result: 1,
    });
  });

  test.each([
    ['a wrong one', basic('root', 'wrong'), 'root'],
    ['none', basic('root', ''), 'root'],
    ['that of somebody who is not there', basic('nobody', password), 'nobody'],
    ['an ordinary account', basic('bob', 'another four Words, Quagmire'), 'bob'],
    ['no colon', `Basic ${Buffer.from('root').toString('base64')}`, 'root'],
    ['no Base64', 'Basic %%%', ''],
    ['another scheme', 'Bearer abc', ''],
    ['an empty header', '', ''],
  ])('%s is rejected like in WHM, and recorded with its user', async (_what, authorization, user) => {
    const args = { username: 'bob', domain: 'bob.example', password: 'another four Words, Quagmire' };
    if (user === 'bob') await server.here.call('createacct', args);
    const { status, headers, text } = await withHeader(authorization);
    expect([status, headers.get('content-type')]).toEqual([403, 'text/plain; charset="utf-8"']);
    expect(JSON.parse(text)).toEqual(denied);
    expect(server.here.audit().at(-1)).toMatchObject({
      caller: user,
      address: '127.0.0.1',
      error_code: 'denied',
    });
  });

  test('is not enough for a user with a second factor, if the policy is enabled', async () => {
    await enrol();
    const without = await server.asRoot(version);
    expect([without.status, JSON.parse(without.text)]).toMatchObject([
      403,
      { cpanelresult: { error: 'Access denied', error_code: 'tfa_required' } },
    ]);
    const wrong = await server.asRoot(version, { 'x-cpanel-otp': '000000' });
    expect([wrong.status, JSON.parse(wrong.text)]).toMatchObject([
      403,
      {
        cpanelresult: {
          error_code: 'tfa_invalid',
          data: { reason: 'The security code is invalid.', result: '0' },
        },
      },
    ]);
    const code = codeAt(secret, server.here.time);
    expect((await server.asRoot(version, { 'x-cpanel-otp': code })).status).toBe(200);
    // It is used up.
    expect((await server.asRoot(version, { 'x-cpanel-otp': code })).status).toBe(403);
  });
});

describe('an API token', () => {
  test.each(['whm', 'WHM', 'Whm'])('is accepted with the scheme %s', async (scheme) => {
    const token = await makeToken();
    expect((await withHeader(`${scheme} root:${token}`)).status).toBe(200);
    expect(server.here.audit().at(-1)).toMatchObject({ authentication: 'token test' });
  });

  test('requires no code', async () => {
    const token = await makeToken();
    await enrol();
    expect((await withHeader(`whm root:${token}`)).status).toBe(200);
  });

  test('can do only what its privileges allow', async () => {
    const token = await makeToken({ acl: 'list-pkgs' });
    const listed = await withHeader(`whm root:${token}`, '/json-api/listpkgs?api.version=1');
    expect(JSON.parse(listed.text)).toMatchObject({ metadata: { result: 1 } });
    const refused = await withHeader(
      `whm root:${token}`,
      '/json-api/createacct?api.version=1&username=eve&domain=eve.example',
    );
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      200,
      { metadata: { result: 0, error_code: 'denied' } },
    ]);
  });

  test.each([
    [
      'another one',
      (token: string) => `whm root:${token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
    ],
    ['that of another user', (token: string) => `whm bob:${token}`],
    ['none', () => 'whm root:'],
    ['no user', (token: string) => `whm ${token}`],
  ])('%s is rejected', async (_what, header) => {
    const { status, text } = await withHeader(header(await makeToken()));
    expect([status, JSON.parse(text)]).toEqual([403, denied]);
  });

  test('works until it is revoked', async () => {
    const token = await makeToken();
    // The second time, the server has cached its owner.
    expect((await withHeader(`whm root:${token}`)).status).toBe(200);
    expect((await withHeader(`whm root:${token}`)).status).toBe(200);
    await server.here.call('api_token_revoke', { token_name: 'test' });
    expect((await withHeader(`whm root:${token}`)).status).toBe(403);
  });

  onSqlite('no longer works, even if it is revoked while another call has a transaction open', async () => {
    const token = await makeToken();
    expect((await withHeader(`whm root:${token}`)).status).toBe(200);
    const { engine, state } = server.here;
    const elsewhere = new Database(join(state, 'store.db'));
    const asked = engine.store.transaction('reads', async (db) => {
      await db.get('SELECT 1 FROM api_token');
      elsewhere.exec('DELETE FROM api_token');
      // It waits for this transaction, after it has read the state of the store.
      const answer = withHeader(`whm root:${token}`);
      await Promise.race([answer, new Promise((done) => setTimeout(done, 100))]);
      return { value: { answer }, keep: false };
    });
    expect((await (await asked).answer).status).toBe(403);
    elsewhere.close();
  });

  test('works until it expires', async () => {
    const token = await makeToken({ expires_at: String(server.here.time / 1000 + 60) });
    expect((await withHeader(`whm root:${token}`)).status).toBe(200);
    server.here.time += 60_000;
    expect((await withHeader(`whm root:${token}`)).status).toBe(403);
  });

  test('works only from its addresses', async () => {
    const token = await makeToken({ whitelist_ip: '192.0.2.0/24' });
    expect((await withHeader(`whm root:${token}`)).status).toBe(403);
    const here = await server.here.call('api_token_create', {
      token_name: 'local',
      whitelist_ip: '127.0.0.1',
    });
    expect((await withHeader(`whm root:${here.data?.token as string}`)).status).toBe(200);
  });
});

test('an access hash logs in, with or without its line breaks', async () => {
  const { data } = await server.here.call('accesshash', { user: 'root', generate: '1' });
  const hash = data?.accesshash as string;
  expect((await withHeader(`WHM root:${hash.replaceAll('\n', '')}`)).status).toBe(200);
  expect(server.here.audit().at(-1)).toMatchObject({ authentication: 'access hash' });
  expect((await withHeader('WHM root:0123456789abcdef')).status).toBe(403);
});

describe('a session', () => {
  const login = { user: 'root', pass: password, login_only: '1' };

  test('is started by POST /login with the parameters of all known clients', async () => {
    const answers = [
      await server.logIn(login),
      await server.logIn({ user: 'root', pass: password }),
      await server.ask('/login/?login_only=1', {
        method: 'POST',
        body: new URLSearchParams({ user: 'root', pass: password }),
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      const { cookie, path } = sessionOf(answer);
      expect(path).toMatch(/^\/cpsess\d{10}$/);
      expect(JSON.parse(answer.text)).toEqual({ status: 1, redirect: `${path}/`, security_token: path });
      const called = await server.ask(`${path}${version}`, { headers: { cookie } });
      expect(called.status).toBe(200);
    }
  });

  test('requires both the cookie and the security token', async () => {
    const { cookie, path } = sessionOf(await server.logIn(login));
    const other = sessionOf(await server.logIn(login));
    const attempts = [
      await server.ask(`${path}${version}`),
      await server.ask(version, { headers: { cookie } }),
      await server.ask(`${other.path}${version}`, { headers: { cookie } }),
      await server.ask(`/cpsess0000000000${version}`, { headers: { cookie } }),
      await server.ask(`${path}${version}`, { headers: { cookie: `${cookie}0` } }),
      await server.ask(`${path}${version}`, { headers: { cookie: 'whostmgrsession=' } }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });

  test.each([
    ['half an hour without use', 30 * 60_000],
    ['twelve hours', 12 * 60 * 60_000],
  ])('ends after %s', async (_what, time) => {
    const { cookie, path } = sessionOf(await server.logIn(login));
    server.here.time += time;
    expect((await server.ask(`${path}${version}`, { headers: { cookie } })).status).toBe(403);
  });

  test('in use is kept, up to twelve hours', async () => {
    const { cookie, path } = sessionOf(await server.logIn(login));
    const statuses: number[] = [];
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      statuses.push((await server.ask(`${path}${version}`, { headers: { cookie } })).status);
      server.here.time += 20 * 60_000;
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await server.ask(`${path}${version}`, { headers: { cookie } })).status).toBe(403);
  });

  test('ends with a logout, a new password, or another second factor', async () => {
    const { here } = server;
    const ends = [
      (cookie: string, path: string) => server.ask(`${path}/logout`, { headers: { cookie } }),
      () => here.call('passwd', { user: 'root', password: 'another four Words, Quagmire' }),
      () => here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) }),
    ];
    let pass = password;
    for (const end of ends) {
      const { cookie, path } = sessionOf(await server.logIn({ ...login, pass }));
      expect((await server.ask(`${path}${version}`, { headers: { cookie } })).status).toBe(200);
      await end(cookie, path);
      expect((await server.ask(`${path}${version}`, { headers: { cookie } })).status).toBe(403);
      if (end === ends[1]) pass = 'another four Words, Quagmire';
    }
  });

  test('is not started with a wrong password', async () => {
    const { status, headers, text } = await server.logIn({ ...login, pass: 'wrong' });
    expect([status, text]).toEqual([401, '{"status":0,"message":"see_login_log"}']);
    expect(headers.get('location')).toBeNull();
  });

  test('requires the code of an enrolled user', async () => {
    await enrol();
    const missing = await server.logIn(login);
    expect([missing.status, JSON.parse(missing.text)]).toMatchObject([401, { error_code: 'tfa_required' }]);
    const wrong = await server.logIn({ ...login, tfa_token: '000000' });
    expect([wrong.status, JSON.parse(wrong.text)]).toMatchObject([401, { error_code: 'tfa_invalid' }]);
    const tfa_token = codeAt(secret, server.here.time);
    expect((await server.logIn({ ...login, tfa_token })).status).toBe(200);
    expect((await server.logIn({ ...login, tfa_token })).status).toBe(401);
  });

  test('accepts a recovery code once, and returns how many are left', async () => {
    await enrol();
    const { data } = await server.here.call('twofactorauth_generate_recovery_codes');
    const [code = ''] = data?.recovery_codes as string[];
    const answer = await server.logIn({ ...login, tfa_token: ` ${code.toUpperCase()} ` });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      200,
      {
        warnings: ['You logged in with a recovery code. 9 are left. Create new ones before you run out.'],
      },
    ]);
    expect(server.here.audit().at(-1)).toMatchObject({
      caller: 'root',
      address: '127.0.0.1',
      authentication: 'password and recovery code, 9 left',
      function: 'login',
      result: 1,
    });
    expect((await server.logIn({ ...login, tfa_token: code })).status).toBe(401);
    expect(server.here.audit().at(-1)).toMatchObject({
      function: 'login',
      error_code: 'tfa_invalid',
      result: 0,
    });
  });

  test('is started once by a link of create_user_session', async () => {
    const { data } = await server.here.call('create_user_session', { user: 'root', service: 'whostmgrd' });
    const { pathname, search } = new URL(data?.url as string);
    const followed = await server.ask(pathname + search);
    expect(followed.status).toBe(303);
    const { cookie, path } = sessionOf(followed);
    expect(path).toBe(data?.cp_security_token);
    expect((await server.ask(`${path}${version}`, { headers: { cookie } })).status).toBe(200);
    expect((await server.ask(pathname + search)).status).toBe(401);
  });
});

describe('guessing', () => {
  const guess = (number: number) => server.logIn({ user: 'root', pass: `guess ${number}`, login_only: '1' });

  test('blocks the address, also for the correct password, with the same response as before', async () => {
    for (let number = 0; number < 6; number++) await guess(number);
    const locked = await server.logIn({ user: 'root', pass: password, login_only: '1' });
    expect([locked.status, locked.text]).toEqual([401, '{"status":0,"message":"see_login_log"}']);
    const { data } = await server.here.call('get_cphulk_brutes');
    expect(data?.brutes).toMatchObject([{ ip: '127.0.0.1' }]);
    // Tokens still work, and so does the local command line, which is the way to unlock.
    const token = await makeToken();
    expect((await withHeader(`whm root:${token}`)).status).toBe(200);
    await server.here.call('flush_cphulk_login_history_for_ips', { ip: '127.0.0.1' });
    expect((await server.logIn({ user: 'root', pass: password, login_only: '1' })).status).toBe(200);
  });

  test('is allowed again after a while', async () => {
    for (let number = 0; number < 6; number++) await guess(number);
    server.here.time += 16 * 60_000;
    expect((await server.logIn({ user: 'root', pass: password, login_only: '1' })).status).toBe(200);
  });
});
