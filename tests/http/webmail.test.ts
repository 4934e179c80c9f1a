// Webmail: who can log in, what passes between a browser and Roundcube, and who gets the tokens for the mail. Bob and eve are
// accounts. A sandbox has no Roundcube, so tests answer in its place.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { PUBLIC, SOCKET } from '../../src/capabilities/webmail/rules/places.ts';
import { readOptions } from '../../src/http/options.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { FakePhp, record } from '../support/fake-php.ts';
import { runTasks } from '../support/run-tasks.ts';
import { basic, sessionOf, TestServer, type Reply } from '../support/server.ts';

const bobs = 'correct horse battery staple 7';
const eves = 'another horse battery staple 8';
const boxes = 'red Bicycle, 9 spokes';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithWebmail();
  const { here } = server;
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password: eves });
  for (const email of ['box', 'other'])
    await here.uapi('bob', 'Email::add_pop', { email, domain: 'bob.example', password: boxes });
});
afterAll(() => server.stop());

function logIn(user: string, pass: string, more: Record<string, string> = {}): Promise<Reply> {
  return server.askWebmail('/login', { method: 'POST', body: new URLSearchParams({ user, pass, ...more }) });
}

interface Session {
  readonly cookie: string;
  readonly path: string;
}
const open = async (user = 'box@bob.example', password = boxes): Promise<Session> =>
  sessionOf(await logIn(user, password));

async function linkFor(user: string): Promise<string> {
  const { data } = await server.here.call('create_user_session', { service: 'webmaild', user });
  const { pathname, search } = new URL(data?.url as string);
  return pathname + search;
}

describe('a login', () => {
  test('by a link opens the account’s mailbox once, and nowhere else', async () => {
    const link = await linkFor('bob');
    expect((await server.ask(link)).status).toBe(401);
    expect((await server.askAccounts(link)).status).toBe(401);
    const { cookie, path } = sessionOf(await server.askWebmail(link));
    expect(cookie).toMatch(/^webmailsession=/);
    const page = await server.askWebmail(`${path}/roundcube/`, { headers: { cookie } });
    expect([page.status, page.text.includes('A sandbox runs no Roundcube')]).toEqual([503, true]);
    const root = await server.askWebmail(`${path}/`, { headers: { cookie } });
    expect([root.status, root.headers.get('location')]).toEqual([303, `${path}/roundcube/`]);
    expect((await server.askWebmail(link)).status).toBe(401);
    // Neither the session of webmail at the other doors, nor the other way round.
    const renamed = cookie.replace('webmailsession', 'cpsession');
    const api = `${path}/execute/DomainInfo/list_domains`;
    expect((await server.askAccounts(api, { headers: { cookie: renamed } })).status).toBe(401);
    const body = new URLSearchParams({ user: 'bob', pass: bobs });
    const other = sessionOf(await server.askAccounts('/login', { method: 'POST', body }));
    const asWebmail = other.cookie.replace('cpsession', 'webmailsession');
    const refused = await server.askWebmail(`${other.path}/roundcube/`, {
      headers: { cookie: asWebmail, accept: 'text/html' },
    });
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/']);
  });

  test('by password needs the password, and both parts of the session', async () => {
    expect((await logIn('bob', 'wrong')).status).toBe(401);
    expect((await logIn('root', 'wrong')).status).toBe(401);
    const { cookie, path } = sessionOf(await logIn('bob', bobs));
    const enters = async (below: string, headers: Record<string, string>) =>
      (await server.askWebmail(`${below}/roundcube/`, { headers })).status;
    expect(await enters(path, { cookie })).toBe(503);
    expect(await enters(path, {})).toBe(401);
    expect(await enters('/cpsess0123456789', { cookie })).toBe(401);
    await server.askWebmail(`${path}/logout`, { headers: { cookie } });
    expect(await enters(path, { cookie })).toBe(401);
  });

  test('is no door to the API', async () => {
    const headers = { authorization: basic('bob', bobs) };
    for (const path of ['/execute/DomainInfo/list_domains', '/json-api/version', '/openapi.json'])
      expect([path, (await server.askWebmail(path, { headers })).status]).toEqual([path, 404]);
  });

  test('ends with a new password, a suspension and the loss of the feature', async () => {
    const { here } = server;
    const open = async () => {
      const { cookie, path } = sessionOf(await logIn('eve', eves));
      return async () => (await server.askWebmail(`${path}/roundcube/`, { headers: { cookie } })).status;
    };
    let status = await open();
    expect(await status()).toBe(503);
    await here.call('passwd', { user: 'eve', password: eves });
    expect(await status()).toBe(401);
    status = await open();
    await here.call('suspendacct', { user: 'eve' });
    expect([await status(), (await logIn('eve', eves)).status]).toEqual([401, 401]);
    await here.call('unsuspendacct', { user: 'eve' });
    status = await open();
    await here.call('add_override_features_for_user', { user: 'eve', features: '{"webmail":0}' });
    expect([await status(), (await logIn('eve', eves)).status]).toEqual([401, 401]);
    await here.call('remove_override_features_for_user', { user: 'eve', features: '["webmail"]' });
    expect(await status()).toBe(503);
  });

  test('needs the code of an account with a second factor', async () => {
    const { here } = server;
    await here.call('twofactorauth_enable_policy');
    const secret = 'WJ73QJSKZBXCIFPZ';
    await here.uapi('eve', 'TwoFactorAuth::set_user_configuration', {
      secret,
      tfa_token: codeAt(secret, here.time),
    });
    expect(JSON.parse((await logIn('eve', eves)).text)).toMatchObject({ error_code: 'tfa_required' });
    here.time += 30_000;
    expect((await logIn('eve', eves, { tfa_token: codeAt(secret, here.time) })).status).toBe(200);
    await here.call('twofactorauth_remove_user_config', { user: ['eve'] });
  });
});

describe('Roundcube', () => {
  let php: FakePhp;

  beforeAll(async () => {
    php = await FakePhp.listen(join(server.here.state, 'root', SOCKET));
  });
  beforeEach(() => {
    php.requests.length = 0;
    php.answer = () => 'Content-Type: text/html\r\n\r\n<p>Inbox</p>';
  });
  afterAll(() => php.close());

  const ask = ({ cookie, path }: Session, below = '/roundcube/', init: RequestInit = {}) =>
    server.askWebmail(path + below, { ...init, headers: { cookie, ...init.headers } });

  test('gets the request, and nothing that is not its own', async () => {
    const session = await open();
    const reply = await ask(session, '/roundcube/?_task=mail&_action=send', {
      method: 'POST',
      body: 'a\0b\u00ff',
      headers: {
        cookie: `whostmgrsession=1; cpsession=2; ${session.cookie}; roundcube_sessid=forged.${'A'.repeat(43)}; x=3`,
        'content-type': 'application/octet-stream',
        'x-roundcube-request': 'csrf',
        'x-forwarded-for': '192.0.2.9',
        proxy: 'http://evil.example',
        authorization: 'Basic Ym9iOmI=',
        referer: 'https://evil.example/',
      },
    });
    expect([reply.status, reply.text]).toEqual([200, '<p>Inbox</p>']);
    const [{ params, body } = { params: new Map<string, string>(), body: '' }] = php.requests;
    expect(body).toBe('a\0b\u00ff');
    const { host } = new URL(server.webmailUrl);
    expect(Object.fromEntries(params)).toEqual({
      ...{ GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', REQUEST_METHOD: 'POST' },
      ...{ DOCUMENT_ROOT: PUBLIC, SCRIPT_FILENAME: `${PUBLIC}/index.php` },
      SCRIPT_NAME: `${session.path}/roundcube/index.php`,
      REQUEST_URI: `${session.path}/roundcube/?_task=mail&_action=send`,
      QUERY_STRING: '_task=mail&_action=send',
      ...{ CONTENT_TYPE: 'application/octet-stream', CONTENT_LENGTH: String(Buffer.byteLength(body)) },
      ...{
        REMOTE_ADDR: '127.0.0.1',
        SERVER_NAME: '127.0.0.1',
        SERVER_PORT: host.split(':')[1],
        HTTP_HOST: host,
      },
      ...{ HTTP_ACCEPT: '*/*', HTTP_ACCEPT_LANGUAGE: '*', HTTP_USER_AGENT: 'node' },
      ...{ HTTP_X_REQUESTED_WITH: '', HTTP_X_ROUNDCUBE_REQUEST: 'csrf', HTTP_COOKIE: '' },
      ...{ WEBMAIL_SESSION: `${server.webmailUrl}${session.path}`, WEBMAIL_DOMAIN: 'bob.example' },
    });
  });

  test('sends pages with a policy of their own, and no other headers', async () => {
    php.answer = () =>
      [
        'Status: 404 Not Found',
        'Content-Type: text/html',
        "Content-Security-Policy: default-src 'none'",
        'X-Frame-Options: ALLOWALL',
        'Access-Control-Allow-Origin: *',
        'Strict-Transport-Security: max-age=0',
        'Service-Worker-Allowed: /',
        'Clear-Site-Data: "*"',
        '',
        'gone',
      ].join('\r\n');
    const { status, headers, text } = await ask(await open());
    expect([status, text]).toEqual([404, 'gone']);
    // Both policies apply.
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self' 'unsafe-inline'.*frame-ancestors 'self'.*, default-src 'none'$/,
    );
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    for (const name of ['access-control-allow-origin', 'service-worker-allowed', 'clear-site-data'])
      expect([name, headers.get(name)]).toEqual([name, null]);
  });

  test('has cookies that are good in their own session, and cannot set others', async () => {
    php.answer = () =>
      [
        'Set-Cookie: roundcube_sessid=abc; path=/; HttpOnly',
        'Set-Cookie: roundcube_sessauth=d-e%2Ff; path=/',
        'Set-Cookie: whostmgrsession=evil; path=/',
        'Set-Cookie: webmailsession=evil; path=/',
        '',
        '',
      ].join('\r\n');
    const session = await open();
    const cookies = (await ask(session)).headers.getSetCookie();
    expect(cookies).toEqual([
      expect.stringMatching(
        /^roundcube_sessid=abc\.[\w-]{43}; Path=\/cpsess\d{10}\/roundcube\/; HttpOnly; SameSite=Strict$/,
      ),
      expect.stringMatching(/^roundcube_sessauth=d-e%2Ff\.[\w-]{43}; /),
    ]);
    const pairs = cookies.map((one) => one.split(';')[0]).join('; ');
    const sent = async (to: Session, text: string) => {
      await ask(to, '/roundcube/', { headers: { cookie: `${to.cookie}; ${text}` } });
      return php.requests.at(-1)?.params.get('HTTP_COOKIE');
    };
    expect(await sent(session, pairs)).toBe('roundcube_sessid=abc; roundcube_sessauth=d-e%2Ff');
    expect(await sent(session, pairs.replace('abc', 'abd'))).toBe('roundcube_sessauth=d-e%2Ff');
    // Signed for the other name.
    expect(await sent(session, (cookies[0] ?? '').replace('sessid', 'sessauth'))).toBe('');
    // The same browser, logged in as somebody else.
    expect(await sent(await open('other@bob.example'), pairs)).toBe('');
  });

  test('ends the session when its user logs out there', async () => {
    const session = await open();
    php.answer = () => 'Set-Cookie: roundcube_sessauth=-del-; path=/\r\n\r\nlogged out';
    // Not a logout, but a Roundcube session that has expired.
    expect((await ask(session, '/roundcube/?_task=mail')).status).toBe(200);
    const reply = await ask(session, '/roundcube/?_task=logout&_token=x');
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/']);
    expect(reply.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^roundcube_sessauth=; Max-Age=0; /),
      expect.stringMatching(/^webmailsession=; Max-Age=0; /),
    ]);
    expect((await ask(session)).status).toBe(401);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a record', record(6, Buffer.from('Content-Type: a/b\r\n\r\nx')).subarray(0, 20)],
    ['no headers', record(6, Buffer.from('hello'))],
    ['an end at once', record(3, Buffer.alloc(8))],
    ['a header with a line in it', record(6, Buffer.from('Content-Type: a\rSet-Cookie: b\r\n\r\n'))],
    ['a header without a name', record(6, Buffer.from(': a\r\n\r\n'))],
    ['a status that is none', record(6, Buffer.from('Status: 999\r\n\r\n'))],
    ['an interim status', record(6, Buffer.from('Status: 101 Switching\r\n\r\n'))],
    [
      'headers without an end',
      Buffer.concat(Array.from({ length: 3 }, () => record(6, Buffer.alloc(60_000, 65)))),
    ],
  ])('may answer with %s', async (_what, bytes) => {
    php.answer = () => ({ bytes });
    const { status, text } = await ask(await open());
    expect([status, text.includes('runs no Roundcube')]).toEqual([503, true]);
  });

  test('may break off in the middle of a page', async () => {
    php.answer = () => ({
      bytes: record(6, Buffer.from('Content-Type: text/html\r\nContent-Length: 100\r\n\r\nhalf')),
    });
    await expect(ask(await open())).rejects.toThrow();
    php.answer = () => `Content-Type: text/plain\r\n\r\n${'long '.repeat(200_000)}`;
    expect((await ask(await open())).text).toHaveLength(1_000_000);
  });

  test.each([
    'installer/',
    'index.php/../x.php',
    'index.php/mail/show',
    'config/config.inc.php',
    'bin/gc.sh',
    'x.php',
  ])('has no script %s', async (path) => {
    expect([(await ask(await open(), `/roundcube/${path}`)).status, php.requests]).toEqual([404, []]);
  });

  test('has files that everybody may read, and no others', async () => {
    const at = (path: string) => join(server.here.state, 'root', PUBLIC, path);
    for (const path of [
      'skins/elastic/styles/styles.min.css',
      'skins/elastic/meta.php',
      'config/x.js',
      'skins/.x.js',
    ]) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), 'p {}');
    }
    mkdirSync(at('program'), { recursive: true });
    symlinkSync(at('skins/elastic/styles'), at('program/js'));
    const get = async (path: string) =>
      (await server.askWebmail(`/cpsess0123456789/roundcube/${path}`)).status;
    expect(await get('skins/elastic/styles/styles.min.css?s=1')).toBe(200);
    expect(await get('program/js/styles.min.css')).toBe(200);
    for (const path of [
      ...['skins/elastic/meta.php', 'config/x.js', 'skins/.x.js', 'skins/none.css', 'skins/elastic/styles'],
      ...['skins/%2e%2e/config/x.js', 'skins/..%2fconfig/x.js', 'skins/elastic%2f..%2f..%2fconfig/x.js'],
      ...[
        'program/js/%00.css',
        'skins//elastic/styles/styles.min.css',
        'skins/elastic/styles/styles.min.css/x.css',
      ],
    ])
      expect([path, await get(path)]).toEqual([path, 404]);
  });

  test('gets no body without a length, and none that is too large', async () => {
    const session = await open();
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('x'));
        controller.close();
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect((await ask(session, '/roundcube/', init)).status).toBe(411);
    const { status } = await server.askWebmailFrom('127.0.0.1', `${session.path}/roundcube/`, {
      ...{ method: 'POST', cookie: session.cookie },
      headers: { 'content-length': String(100 * 2 ** 20) },
    });
    expect([status, php.requests]).toEqual([413, []]);
  });
});

describe('a token', () => {
  beforeAll(async () => {
    // Writes the secrets.
    await server.here.call('start_profile_activation', { code: 'STANDARD' });
    await runTasks(server.here);
  });

  const file = (path: string) => readFileSync(join(server.here.state, 'root', path), 'utf8');
  const clientSecret = () => /CLIENT_SECRET=(.*)/.exec(file('/etc/whmapi1-webmail/secrets.env'))?.[1] ?? '';
  const dovecot = () =>
    /\/\/(dovecot:.*)@/.exec(file('/etc/dovecot/conf.d/99-whmapi1-webmail.conf'))?.[1] ?? '';

  const redirectOf = ({ path }: Session) => `${server.webmailUrl}${path}/roundcube/index.php/login/oauth`;
  const request = (session: Session, changed: Record<string, string> = {}) => ({
    ...{ response_type: 'code', client_id: 'roundcube', scope: 'mail', state: 'st/ate' },
    redirect_uri: redirectOf(session),
    ...changed,
  });
  const authorize = ({ cookie, path }: Session, query: Record<string, string>, headers = {}) =>
    server.askWebmail(`${path}/authorize?${new URLSearchParams(query).toString()}`, {
      headers: { cookie, ...headers },
    });
  async function codeFor(session: Session): Promise<string> {
    const location = (await authorize(session, request(session))).headers.get('location') ?? '';
    expect(location).toMatch(
      /^\/cpsess\d{10}\/roundcube\/index\.php\/login\/oauth\?code=[\w-]{43}&state=st%2Fate$/,
    );
    return new URL(location, server.webmailUrl).searchParams.get('code') ?? '';
  }
  const exchange = (session: Session, code: string, changed: Record<string, string> = {}) => {
    const form = {
      ...{ grant_type: 'authorization_code', client_id: 'roundcube', client_secret: clientSecret() },
      ...{ redirect_uri: redirectOf(session), code, ...changed },
    };
    return server.askTokens('/token', { method: 'POST', body: new URLSearchParams(form) });
  };
  async function tokenFor(session: Session): Promise<string> {
    const { text } = await exchange(session, await codeFor(session));
    return (JSON.parse(text) as { access_token: string }).access_token;
  }
  const introspect = async (token: string, secret = dovecot()) => {
    const [name = '', password = ''] = secret.split(':');
    const { status, text } = await server.askTokens('/introspect', {
      method: 'POST',
      headers: { authorization: basic(name, password) },
      body: new URLSearchParams({ token }),
    });
    return status === 200 ? (JSON.parse(text) as Record<string, unknown>) : status;
  };
  const INACTIVE = { active: false };
  const email = async (name: string, args: Record<string, string>) =>
    expect([name, (await server.here.uapi('bob', `Email::${name}`, args)).errors]).toEqual([name, null]);

  test('is for the mailbox of the session, and Dovecot learns whose it is', async () => {
    const session = await open();
    const reply = await exchange(session, await codeFor(session));
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const token = JSON.parse(reply.text) as Record<'access_token' | 'token_type' | 'expires_in', unknown>;
    expect(token).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/) as string,
      ...{ token_type: 'Bearer', expires_in: 12 * 3600 },
    });
    expect(await introspect(String(token.access_token))).toMatchObject({
      ...{ active: true, username: 'box@bob.example', client_id: 'roundcube' },
    });
    const identity = await server.askTokens('/identity', {
      headers: { authorization: `Bearer ${String(token.access_token)}` },
    });
    expect(JSON.parse(identity.text)).toEqual({ user: 'box@bob.example' });
    // The account itself.
    const own = await tokenFor(await open('bob', bobs));
    expect(await introspect(own)).toMatchObject({ active: true, username: 'bob' });
    // Nothing in the store is of use to a reader.
    const rows = await server.here.engine.store.transaction('reads', async (db) => ({
      value: JSON.stringify(await db.all('SELECT * FROM webmail_grant')),
      keep: false,
    }));
    expect(rows).not.toContain(own);
  });

  test.each([
    ['a foreign address', { redirect_uri: 'https://evil.example/roundcube/index.php/login/oauth' }],
    ['another path', { redirect_uri: 'PATH/../index.php/login/oauth' }],
    ['a longer path', { redirect_uri: 'PATH?next=https://evil.example' }],
    ['another client', { client_id: 'evil' }],
    ['another way', { response_type: 'token' }],
    ['no state', { state: '' }],
  ])('is not for a request with %s', async (_what, changed: Record<string, string>) => {
    const session = await open();
    const uri = changed.redirect_uri?.replace('PATH', redirectOf(session));
    const query = request(session, uri === undefined ? changed : { redirect_uri: uri });
    const { status, headers } = await authorize(session, query);
    expect([status, headers.get('location')]).toEqual([400, null]);
  });

  test('is not for the session of somebody else, or none', async () => {
    const [session, other] = [await open(), await open('other@bob.example')];
    expect((await authorize(session, request(other))).status).toBe(400);
    const forged = await authorize({ cookie: session.cookie, path: other.path }, request(other));
    expect([forged.status, forged.headers.get('location')]).toEqual([303, '/']);
    expect((await authorize({ ...session, cookie: '' }, request(session))).headers.get('location')).toBe('/');
    const twice = `${session.path}/authorize?${new URLSearchParams(request(session)).toString()}&client_id=roundcube`;
    expect((await server.askWebmail(twice, { headers: { cookie: session.cookie } })).status).toBe(400);
  });

  test('costs a code, once: a second use ends it', async () => {
    const session = await open();
    const code = await codeFor(session);
    const { access_token: token } = JSON.parse((await exchange(session, code)).text) as {
      access_token: string;
    };
    expect(await introspect(token)).toMatchObject({ active: true });
    const again = await exchange(session, code);
    expect([again.status, again.text]).toEqual([400, '{"error":"invalid_grant"}']);
    expect(await introspect(token)).toEqual(INACTIVE);
  });

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401],
    ['no secret', { client_secret: '' }, 401],
    ['another client', { client_id: 'evil' }, 401],
    ['another grant', { grant_type: 'client_credentials' }, 400],
    ['another code', { code: 'A'.repeat(43) }, 400],
    ['no code', { code: '' }, 400],
    ['another address', { redirect_uri: 'https://evil.example/' }, 400],
  ])('is not for %s', async (_what, changed, status) => {
    const session = await open();
    const reply = await exchange(session, await codeFor(session), changed);
    expect([reply.status, reply.text.includes('access_token')]).toEqual([status, false]);
  });

  test('is not for the address of another session', async () => {
    const [session, other] = [await open(), await open('other@bob.example')];
    expect((await exchange(other, await codeFor(session))).status).toBe(400);
  });

  test('is not for a code that is a minute old', async () => {
    const session = await open();
    const code = await codeFor(session);
    server.here.time += 60_000;
    expect((await exchange(session, code)).status).toBe(400);
  });

  test('is nobody’s business but Dovecot’s', async () => {
    const token = await tokenFor(await open());
    for (const secret of [
      'dovecot:',
      'dovecot:wrong',
      `roundcube:${clientSecret()}`,
      `dovecot:${clientSecret()}`,
      '',
    ])
      expect([secret, await introspect(token, secret)]).toEqual([secret, 401]);
    expect(await introspect('A'.repeat(43))).toEqual(INACTIVE);
    expect(await introspect('')).toEqual(INACTIVE);
    for (const authorization of ['', 'Bearer ', `Bearer ${'A'.repeat(43)}`, `Basic ${token}`])
      expect((await server.askTokens('/identity', { headers: { authorization } })).status).toBe(401);
    for (const path of ['/', '/authorize', '/token', '/token/', '/introspect?token=x'])
      expect([path, (await server.askTokens(path)).status]).toEqual([path, 404]);
    // The code is no token.
    expect(await introspect(await codeFor(await open()))).toEqual(INACTIVE);
  });

  test('is not for a body that is too long, or repeats a field', async () => {
    const session = await open();
    const code = await codeFor(session);
    const repeated = new URLSearchParams([
      ...Object.entries({
        grant_type: 'authorization_code',
        client_id: 'roundcube',
        redirect_uri: redirectOf(session),
      }),
      ...[
        ['client_secret', clientSecret()],
        ['code', 'x'],
        ['code', code],
      ],
    ] as [string, string][]);
    expect((await server.askTokens('/token', { method: 'POST', body: repeated })).status).toBe(401);
    expect((await exchange(session, code, { scope: 'x'.repeat(20_000) })).status).toBe(401);
  });

  test('ends with its session', async () => {
    const session = await open();
    const token = await tokenFor(session);
    await server.askWebmail(`${session.path}/logout`, { headers: { cookie: session.cookie } });
    expect(await introspect(token)).toEqual(INACTIVE);
    const idle = await tokenFor(await open());
    server.here.time += 31 * 60_000;
    expect(await introspect(idle)).toEqual(INACTIVE);
  });

  test('ends with a new password of the mailbox, a suspension, and its removal', async () => {
    const box = { email: 'temp', domain: 'bob.example' };
    await email('add_pop', { ...box, password: boxes });
    const other = `${boxes}!`;
    for (const [password, name, args] of [
      [boxes, 'passwd_pop', { ...box, password: other }],
      [other, 'suspend_login', { email: 'temp@bob.example' }],
    ] as const) {
      const session = await open('temp@bob.example', password);
      const [token, code] = [await tokenFor(session), await codeFor(session)];
      expect(await introspect(token)).toMatchObject({ active: true });
      await email(name, args);
      expect([name, await introspect(token), (await exchange(session, code)).status]).toEqual([
        name,
        INACTIVE,
        400,
      ]);
    }
    await email('unsuspend_login', { email: 'temp@bob.example' });
    const token = await tokenFor(await open('temp@bob.example', other));
    await email('delete_pop', box);
    expect(await introspect(token)).toEqual(INACTIVE);
    // A new mailbox of this name and password is another one.
    await email('add_pop', { ...box, password: other });
    expect(await introspect(token)).toEqual(INACTIVE);
  });

  test('ends with a suspension of the account, the loss of the feature, and its password', async () => {
    const { here } = server;
    const tokens = async () =>
      [await tokenFor(await open()), await tokenFor(await open('bob', bobs))] as const;
    let [box, own] = await tokens();
    await here.call('add_override_features_for_user', { user: 'bob', features: '{"webmail":0}' });
    expect([await introspect(box), await introspect(own)]).toEqual([INACTIVE, INACTIVE]);
    await here.call('remove_override_features_for_user', { user: 'bob', features: '["webmail"]' });
    await here.call('suspendacct', { user: 'bob' });
    expect([await introspect(box), await introspect(own)]).toEqual([INACTIVE, INACTIVE]);
    await here.call('unsuspendacct', { user: 'bob' });
    [box, own] = await tokens();
    await here.call('passwd', { user: 'bob', password: bobs });
    expect(await introspect(own)).toEqual(INACTIVE);
  });

  test('a stranger cannot keep the port from others', async () => {
    const { port } = new URL(server.tokenUrl);
    const strangers = Array.from({ length: 200 }, () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      return socket;
    });
    expect(await introspect(await tokenFor(await open()))).toMatchObject({ active: true });
    for (const socket of strangers) socket.destroy();
  });
});

test('the port for webmail is 2096 if WHM’s port is 2087, unless it is disabled', () => {
  const portOf = (...argv: string[]) => readOptions(argv, {}).webmailPort;
  expect([portOf(), portOf('--port', '1234'), portOf('--no-webmail')]).toEqual([2096, undefined, undefined]);
  expect(portOf('--port', '1234', '--webmail-port', '5678')).toBe(5678);
  expect(() => readOptions(['--bind', '192.0.2.1', '--webmail-http-port', '2095'], {})).toThrow('Plain HTTP');
  expect(() => readOptions(['--port', '1', '--webmail-http-port', '2'], {})).toThrow('needs --webmail-port');
  expect(() => readOptions(['--no-webmail', '--webmail-port', '2096'], {})).toThrow('exclude each other');
});
