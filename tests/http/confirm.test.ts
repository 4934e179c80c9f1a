// A session of a user with two-factor authentication: how it is confirmed, and what it can do before and after.
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { password, sessionOf, TestServer } from '../support/server.ts';

const secret = 'WJ73QJSKZBXCIFPZ';
const other = 'AAAAQJSKZBXCIFPZ';

let server: TestServer;
let session: { readonly cookie: string; readonly path: string };
beforeEach(async () => {
  server = await TestServer.start();
  const { here } = server;
  await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
  await here.call('twofactorauth_enable_policy');
  here.time += 60_000;
  session = sessionOf(
    await server.logIn({ user: 'root', pass: password, tfa_token: codeAt(secret, here.time) }),
  );
  here.time += 60_000;
});
afterEach(() => server.stop());

interface Envelope {
  readonly metadata: { readonly result: number; readonly error_code?: string; readonly reason: string };
  readonly data?: Record<string, unknown>;
}

async function call(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<Envelope> {
  const { text } = await server.ask(`${session.path}/json-api/${name}`, {
    method: 'POST',
    headers: { cookie: session.cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ 'api.version': 1, ...args }),
  });
  return JSON.parse(text) as Envelope;
}

async function confirm(fields: Readonly<Record<string, string>>) {
  const { status, text } = await server.ask(`${session.path}/confirm`, {
    method: 'POST',
    headers: { cookie: session.cookie },
    body: new URLSearchParams(fields),
  });
  return { status, answer: JSON.parse(text) as Record<string, unknown> };
}

const setUpAgain = () =>
  call('twofactorauth_set_tfa_config', { secret: other, tfa_token: codeAt(other, server.here.time) });

const storedSecret = async () => {
  const { data } = await server.here.call('twofactorauth_get_tfa_config_for_user', { user: 'root' });
  return (data?.root as { primary_account: { secret: string } }).primary_account.secret;
};

const credentials: [name: string, args: Readonly<Record<string, unknown>>][] = [
  ['twofactorauth_set_tfa_config', { secret: other, tfa_token: '123456' }],
  ['twofactorauth_generate_recovery_codes', {}],
  ['twofactorauth_remove_user_config', { user: ['bob', 'root'] }],
  ['twofactorauth_set_tfa_config_for_user', { root: { primary_account: { secret: other } } }],
  ['twofactorauth_get_tfa_config_for_user', { user: 'root' }],
  ['api_token_create', { token_name: 'mine' }],
  ['accesshash', { user: 'root', generate: 0 }],
  ['passwd', { user: 'root', password: 'other unusual words, Quagmire' }],
  ['batch', { command: ['twofactorauth_generate_recovery_codes'] }],
];

describe('without a confirmation', () => {
  test('nothing that concerns the user’s login is changed or shown', async () => {
    for (const [name, args] of credentials) {
      const answer = await call(name, args);
      const inner = answer.data?.result as Envelope[] | undefined;
      expect([name, (inner?.[0] ?? answer).metadata]).toMatchObject([
        name,
        {
          result: 0,
          error_code: 'confirmation_required',
          reason: expect.stringContaining('confirm that it is you') as string,
        },
      ]);
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
    expect(await storedSecret()).toBe(secret);
    expect((await server.here.call('api_token_list')).data).toEqual({ tokens: {} });
  });

  test('other calls of the session work, also for second factors of other users', async () => {
    await server.here.call('createacct', { username: 'bob', domain: 'bob.example' });
    expect((await call('listaccts')).metadata.result).toBe(1);
    expect((await call('twofactorauth_generate_tfa_config')).metadata.result).toBe(1);
    expect((await call('twofactorauth_remove_user_config', { user: 'bob' })).metadata.result).toBe(1);
  });

  test('a token, a password and the command line require none', async () => {
    const { data } = await server.here.call('api_token_create', { token_name: 'mine' });
    const tfa_token = codeAt(other, server.here.time);
    const query = new URLSearchParams({ 'api.version': '1', secret: other, tfa_token }).toString();
    const { text } = await server.ask(`/json-api/twofactorauth_set_tfa_config?${query}`, {
      headers: { authorization: `whm root:${data?.token as string}` },
    });
    expect(JSON.parse(text)).toMatchObject({ metadata: { result: 1 } });
  });

  test('a session of a user without two-factor authentication can set it up', async () => {
    await server.here.call('twofactorauth_remove_user_config', { user: 'root' });
    session = sessionOf(await server.logIn({ user: 'root', pass: password }));
    server.here.time += 60_000;
    expect((await setUpAgain()).metadata.result).toBe(1);
  });
});

describe('a confirmation', () => {
  test('with a code is valid for ten minutes, for this session only', async () => {
    const tfa_token = codeAt(secret, server.here.time);
    const unconfirmed = session;
    server.here.time += 60_000;
    session = sessionOf(
      await server.logIn({ user: 'root', pass: password, tfa_token: codeAt(secret, server.here.time) }),
    );
    expect((await confirm({ code: tfa_token })).status).toBe(401);
    server.here.time += 60_000;
    const { status, answer } = await confirm({ code: codeAt(secret, server.here.time) });
    expect([status, answer.confirmed_until]).toEqual([
      200,
      Math.floor((server.here.time + 10 * 60_000) / 1000),
    ]);
    expect((await call('twofactorauth_generate_recovery_codes')).metadata.result).toBe(1);
    server.here.time += 10 * 60_000 - 1;
    expect((await call('twofactorauth_generate_recovery_codes')).metadata.result).toBe(1);
    server.here.time += 1;
    expect((await call('twofactorauth_generate_recovery_codes')).metadata.error_code).toBe(
      'confirmation_required',
    );
    session = unconfirmed;
    expect((await setUpAgain()).metadata.error_code).toBe('confirmation_required');
  });

  test('with the password allows replacing the second factor', async () => {
    expect((await confirm({ password })).status).toBe(200);
    expect((await setUpAgain()).metadata.result).toBe(1);
    expect(await storedSecret()).toBe(other);
    const lines = server.here.audit().filter((line) => line.function === 'confirm');
    expect(lines).toMatchObject([{ caller: 'root', authentication: 'session and password', result: 1 }]);
    expect(JSON.stringify(lines)).not.toContain(password);
  });

  test('with a recovery code uses it up', async () => {
    const { data } = await server.here.call('twofactorauth_generate_recovery_codes');
    const [code = ''] = data?.recovery_codes as string[];
    expect((await confirm({ code })).status).toBe(200);
    expect((await confirm({ code })).status).toBe(401);
  });

  test('accepts a code only once', async () => {
    const code = codeAt(secret, server.here.time);
    expect((await confirm({ code })).status).toBe(200);
    expect((await confirm({ code })).answer).toMatchObject({
      error: expect.stringContaining('It was used before') as string,
      error_code: 'tfa_invalid',
    });
  });

  test('from before the clock was set back is not valid', async () => {
    await confirm({ password });
    // Sessions end if the clock is set back by more.
    server.here.time -= 30_000;
    expect((await setUpAgain()).metadata.error_code).toBe('confirmation_required');
  });

  test('requires a code or a password', async () => {
    const bad: Record<string, string>[] = [{}, { code: '', password: '' }, { code: '123456', password }];
    for (const fields of bad) {
      expect(await confirm(fields)).toEqual({
        status: 400,
        answer: { error: 'Send either “code” or “password”.' },
      });
    }
  });

  test('requires a session', async () => {
    session = { ...session, cookie: '' };
    expect((await confirm({ password })).status).toBe(403);
    expect((await server.ask('/elsewhere/confirm', { method: 'POST' })).status).toBe(403);
  });
});

describe('guessing', () => {
  test('wrong passwords count as failed logins, and then the correct one is rejected too', async () => {
    await server.here.call('enable_cphulk');
    await server.here.call('save_cphulk_config', { max_failures_byip: '3', ip_based_protection: '1' });
    for (const guess of ['a', 'b', 'c']) {
      expect(await confirm({ password: guess })).toMatchObject({
        status: 401,
        answer: { error: 'The password is wrong.' },
      });
    }
    const { data } = await server.here.call('get_cphulk_failed_logins');
    expect(data?.failed_logins).toHaveLength(3);
    expect((await confirm({ password })).status).toBe(401);
    expect((await confirm({ code: codeAt(secret, server.here.time) })).status).toBe(401);
    expect((await setUpAgain()).metadata.error_code).toBe('confirmation_required');
  });

  test('five wrong codes lock further codes, also without cPHulk', async () => {
    await server.here.call('disable_cphulk');
    for (let tries = 0; tries < 5; tries++) expect((await confirm({ code: '000000' })).status).toBe(401);
    expect((await confirm({ code: codeAt(secret, server.here.time) })).answer.error).toContain(
      'no code is accepted until',
    );
  });
});
