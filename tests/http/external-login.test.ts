// Logins through identity providers: with a provider that others wrote, and with hostile ones.
import { createServer } from '../../src/http/server.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { HostileProvider } from '../support/hostile-provider.ts';
import { OpenIdProvider } from '../support/openid-provider.ts';
import { password, TestServer, type Reply } from '../support/server.ts';
import { silent } from '../support/silent-log.ts';

const secret = 'WJ73QJSKZBXCIFPZ';
const LOGIN_COOKIE = '__Host-whmapi1-login';
const IDENTITY_COOKIE = '__Host-whmapi1-identity';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

async function enable(issuer: string): Promise<void> {
  const configurations = { client_id: 'whm', client_secret: 'victoria', issuer };
  const about = { provider_id: 'staff', service_name: 'whostmgrd' };
  for (const [name, args] of [
    ['set_provider_client_configurations', { ...about, configurations }],
    ['enable_authentication_provider', about],
  ] as const) {
    expect((await server.here.call(name, args)).metadata.result).toBe(1);
  }
}

/** What is right after it was proved by a code. */
async function enrol(): Promise<void> {
  const { here } = server;
  await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
  await here.call('twofactorauth_enable_policy');
  here.time += 60_000;
}

const link = (subject_unique_identifier: string, username = 'root') =>
  server.here.call('link_user_authn_provider', {
    ...{ username, provider_id: 'staff', subject_unique_identifier, preferred_username: 'alice' },
  });
const links = async () =>
  (await server.here.call('get_users_authn_linked_accounts')).data?.username_linked_accounts;

/** The cookies of a response, by name; empty if the response deletes it. */
function cookiesOf({ headers }: Reply): Record<string, string> {
  return Object.fromEntries(
    headers.getSetCookie().map((line) => /^([^=]+)=([^;]*)/.exec(line)?.slice(1) as [string, string]),
  );
}
const headersOf = (cookies: Record<string, string>) => ({
  accept: 'text/html',
  cookie: Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; '),
});
const alertOf = ({ text }: Reply) =>
  (/role="alert"[^>]*>([^<]*)</.exec(text)?.[1] ?? '').replace(/\s+/g, ' ').trim();

interface Begun {
  readonly location: URL;
  readonly cookies: Record<string, string>;
}

async function begin(): Promise<Begun> {
  const reply = await server.ask('/openid_connect/staff', { headers: { accept: 'text/html' } });
  expect([reply.status, alertOf(reply)]).toEqual([303, '']);
  return { location: new URL(reply.headers.get('location') ?? ''), cookies: cookiesOf(reply) };
}

/** The provider sends the browser back. */
const comeBack = ({ location, cookies }: Begun, params: Record<string, string> = {}) => {
  const state = location.searchParams.get('state') ?? '';
  const query = new URLSearchParams({ code: 'code', state, ...params });
  return server.ask(`/openid_connect_callback/staff?${query.toString()}`, { headers: headersOf(cookies) });
};
const complete = (reply: Reply, fields: Record<string, string>) =>
  server.ask('/openid_connect_login/', {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: headersOf(cookiesOf(reply)),
  });

/** True if the response has begun a session with which a call succeeds. */
async function isLoggedIn(reply: Reply, as = 'root'): Promise<boolean> {
  const path = (reply.headers.get('location') ?? '').replace(/\/$/, '');
  const session = cookiesOf(reply).whostmgrsession;
  if (session === undefined || !/^\/cpsess\d{10}$/.test(path)) return false;
  const call = await server.ask(`${path}/json-api/version?api.version=1`, {
    headers: { cookie: `whostmgrsession=${session}` },
  });
  expect(server.here.audit().at(-1)).toMatchObject({ caller: as, function: 'version' });
  return call.status === 200;
}

describe('with oidc-provider', () => {
  let provider: OpenIdProvider;
  beforeEach(async () => {
    provider = await OpenIdProvider.start([`${server.url}/openid_connect_callback/staff`]);
    await enable(provider.issuer);
  });
  afterEach(() => provider.stop());

  async function logInAtProvider(user: string): Promise<Reply> {
    const { location, cookies } = await begin();
    const back = await provider.logIn(location.href, user);
    expect(back.startsWith(`${server.url}/openid_connect_callback/staff?`)).toBe(true);
    return server.ask(back.slice(server.url.length), { headers: headersOf(cookies) });
  }

  test('an identity is linked by a login with the password and the code, and then logs in with the code', async () => {
    await enrol();
    const unlinked = await logInAtProvider('alice');
    expect(unlinked.status).toBe(200);
    expect(unlinked.text).toContain('alice@staff.example');
    expect(await isLoggedIn(unlinked)).toBe(false);

    const wrong = await complete(unlinked, { user: 'root', pass: 'wrong' });
    expect([wrong.status, alertOf(wrong)]).toEqual([401, 'The login is invalid.']);
    const needsCode = await complete(wrong, { user: 'root', pass: password });
    expect([needsCode.status, alertOf(needsCode)]).toEqual([
      401,
      'The code that the authenticator app shows is required too.',
    ]);
    expect(await links()).toEqual([]);
    const tfa_token = codeAt(secret, server.here.time);
    const linked = await complete(needsCode, { user: 'root', pass: password, tfa_token });
    expect(await isLoggedIn(linked)).toBe(true);
    expect(await links()).toMatchObject([
      {
        username: 'root',
        provider_id: 'staff',
        subject_unique_identifier: 'alice',
        preferred_username: 'alice@staff.example',
      },
    ]);
    const lines = server.here.audit().filter(({ address }) => address !== undefined);
    expect(lines.slice(-3, -1)).toMatchObject([
      { function: 'login', caller: 'root', authentication: 'password and code', result: 1 },
      {
        function: 'link_user_authn_provider',
        caller: 'root',
        authentication: 'password, for identity provider staff',
        result: 1,
      },
    ]);

    server.here.time += 60_000;
    const known = await logInAtProvider('alice');
    expect([known.status, alertOf(known)]).toEqual([
      401,
      'The code that the authenticator app shows is required too.',
    ]);
    expect(await isLoggedIn(known)).toBe(false);
    const wrongCode = await complete(known, { user: 'root', tfa_token: '000000' });
    expect([wrongCode.status, alertOf(wrongCode)]).toEqual([401, 'The security code is invalid.']);
    const loggedIn = await complete(wrongCode, {
      user: 'root',
      tfa_token: codeAt(secret, server.here.time),
    });
    expect(await isLoggedIn(loggedIn)).toBe(true);
    expect(server.here.audit().at(-2)).toMatchObject({
      function: 'login',
      caller: 'root',
      authentication: 'identity provider staff and code',
    });
    // The proven identity is used up.
    const again = await complete(wrongCode, { user: 'root', tfa_token: '123456' });
    expect(alertOf(again)).toContain('This login has expired');
  });
});

describe('with a hostile provider', () => {
  let provider: HostileProvider;
  beforeEach(async () => {
    provider = await HostileProvider.start();
    await enable(provider.issuer);
    await link('subject-1');
  });
  afterEach(() => provider.stop());

  async function beginThere(): Promise<Begun> {
    const begun = await begin();
    provider.nonce = begun.location.searchParams.get('nonce') ?? '';
    return begun;
  }

  test('a right login succeeds at once, and sends what OpenID Connect requires', async () => {
    const begun = await beginThere();
    const { origin, pathname, searchParams } = begun.location;
    expect(`${origin}${pathname}`).toBe(`${provider.issuer}/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: 'whm',
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: `${server.url}/openid_connect_callback/staff`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    const reply = await comeBack(begun);
    expect([reply.status, await isLoggedIn(reply)]).toEqual([200, true]);
    const [form] = provider.tokenRequests;
    expect(form?.get('grant_type')).toBe('authorization_code');
    expect(form?.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(reply.headers.getSetCookie()).toContainEqual(
      `${LOGIN_COOKIE}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
    );
  });

  test('the store contains neither the state nor the cookie nor what is derived from them', async () => {
    const { location, cookies } = await beginThere();
    const rows = await server.here.engine.store.transaction('reads', async (db) => ({
      value: await db.all('SELECT * FROM external_login'),
      keep: false,
    }));
    expect(rows).toHaveLength(1);
    const stored = JSON.stringify(rows);
    for (const text of [location.searchParams.get('state'), cookies[LOGIN_COOKIE], provider.nonce]) {
      expect(text).toMatch(/^[\w-]{43}$/);
      expect(stored).not.toContain(text);
    }
  });

  const soon = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
  test.each<[string, Partial<HostileProvider>, string]>([
    ['another nonce', { claims: { nonce: 'other' } }, 'its ID token has the wrong “nonce”'],
    ['no nonce', { claims: { nonce: undefined } }, 'nonce'],
    ['another issuer', { claims: { iss: 'https://evil.example' } }, 'its ID token has the wrong “iss”'],
    ['another audience', { claims: { aud: 'other' } }, 'its ID token has the wrong “aud”'],
    ['several audiences', { claims: { aud: ['whm', 'other'] } }, 'its ID token has the wrong “aud”'],
    ['an expired token', { claims: { iat: soon(-900), exp: soon(-600) } }, 'its ID token is expired'],
    ['a token of the future', { claims: { nbf: soon(3600) } }, 'not valid yet'],
    ['no subject', { claims: { sub: undefined } }, 'sub'],
    ['a subject that is not ASCII', { claims: { sub: 'sübject' } }, 'its ID token has no valid “sub”'],
    ['a wrong signature', { signature: 'wrong' }, 'the signature of its ID token is wrong'],
    ['no signature', { header: { alg: 'none' }, signature: 'none' }, ''],
    ['a symmetric signature', { header: { alg: 'HS256' } }, 'alg'],
    ['an unknown key', { header: { kid: 'two' } }, 'none of its keys fits'],
    ['no ID token', { tokenAnswer: 'no id token' }, 'id_token'],
    ['a huge response', { tokenAnswer: 'huge' }, 'its response is larger than 1 MiB'],
    [
      'a refusal',
      { tokenAnswer: 'refusal' },
      'it refused the login with the error “invalid_client” (“no\\x1b[31m”)',
    ],
    [
      'user information of another subject',
      { claims: { preferred_username: undefined }, userInfo: { sub: 'other' } },
      'sub',
    ],
  ])('%s is rejected', async (_what, spoilt, reason) => {
    Object.assign(provider, spoilt);
    const begun = await beginThere();
    const reply = await comeBack(begun);
    expect([reply.status, alertOf(reply)]).toEqual([
      401,
      expect.stringContaining(`The identity provider ${provider.issuer} cannot be used: `) as string,
    ]);
    const shown = alertOf(reply);
    expect(shown).toContain(reason);
    expect(cookiesOf(reply).whostmgrsession).toBeUndefined();
    expect(server.here.audit().at(-1)).toMatchObject({
      function: 'login',
      authentication: 'identity provider staff',
      error_code: 'denied',
    });
    // Nothing can be tried again.
    expect(alertOf(await comeBack(begun))).toContain('This login has expired');
  });

  test('the name comes from the user information if the token has none', async () => {
    provider.claims = { preferred_username: undefined, sub: 'subject-2' };
    provider.userInfo = { sub: 'subject-2', preferred_username: 'Ali<ce' };
    const reply = await comeBack(await beginThere());
    expect(reply.text).toContain('<b>Ali&lt;ce</b>');
  });

  test('the state belongs to a browser, to a provider and to ten minutes, and works once', async () => {
    const expired =
      'This login has expired, has already been used, or was begun in another window. Begin it again.';
    const begun = await beginThere();
    // Login CSRF: another browser, with its own login or with none.
    const other = await beginThere();
    expect(alertOf(await comeBack({ ...begun, cookies: other.cookies }))).toBe(expired);
    expect(alertOf(await comeBack({ ...(await beginThere()), cookies: {} }))).toBe(expired);
    expect(alertOf(await comeBack(await beginThere(), { state: '' }))).toBe(expired);
    const late = await beginThere();
    server.here.time += 10 * 60_000;
    expect(alertOf(await comeBack(late))).toBe(expired);
    const used = await beginThere();
    expect(await isLoggedIn(await comeBack(used))).toBe(true);
    expect(alertOf(await comeBack(used))).toBe(expired);
    expect(provider.tokenRequests).toHaveLength(1);
  });

  test('the provider’s own error is shown, without markup', async () => {
    const begun = await beginThere();
    const reply = await comeBack(begun, { error: 'access_denied', error_description: '<b>No</b>' });
    expect(reply.text).toContain('with the error “access_denied” (“&lt;b&gt;No&lt;/b&gt;”)');
    expect(provider.tokenRequests).toEqual([]);
  });

  test('a response of another issuer is rejected (RFC 9207)', async () => {
    const reply = await comeBack(await beginThere(), { iss: 'https://evil.example' });
    expect(reply.status).toBe(401);
    expect(provider.tokenRequests).toEqual([]);
  });

  test('a provider that never answers is given up', async () => {
    provider.tokenAnswer = 'never';
    const begun = await beginThere();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(timedOut()));
    try {
      expect(alertOf(await comeBack(begun))).toContain('it did not respond in time');
      expect(timeout).toHaveBeenCalledWith(10_000);
    } finally {
      timeout.mockRestore();
    }
  });

  test('a disabled provider logs nobody in, even if the login was begun before', async () => {
    const begun = await beginThere();
    await server.here.call('disable_authentication_provider', {
      provider_id: 'staff',
      service_name: 'whostmgrd',
    });
    const reason = 'Logins with this identity provider are not enabled on this server.';
    expect(alertOf(await comeBack(begun))).toBe(reason);
    expect(alertOf(await server.ask('/openid_connect/staff'))).toBe(reason);
    expect(alertOf(await server.ask('/openid_connect/x%22%3Cb%3E'))).toBe(reason);
    expect((await server.ask('/')).text).not.toContain('/openid_connect/staff');
  });

  test('an identity of an earlier issuer of the provider is not linked any more', async () => {
    const other = await HostileProvider.start();
    try {
      await enable(other.issuer);
      const begun = await begin();
      other.nonce = begun.location.searchParams.get('nonce') ?? '';
      const reply = await comeBack(begun);
      expect([reply.status, await isLoggedIn(reply)]).toEqual([200, false]);
      expect(reply.text).toContain('is not linked to a user');
    } finally {
      await other.stop();
    }
  });

  test('a blocked address is rejected like a wrong password, before anything is asked of the provider', async () => {
    const begun = await beginThere();
    await server.here.call('create_cphulk_record', {
      list_name: 'black',
      ip: '127.0.0.1',
      skip_enabled_check: '1',
    });
    await server.here.call('enable_cphulk');
    expect(alertOf(await comeBack(begun))).toBe('The login is invalid.');
    expect(alertOf(await server.ask('/openid_connect/staff'))).toBe('The login is invalid.');
    expect(provider.tokenRequests).toEqual([]);
  });

  test('wrong codes of a proven identity count as failed logins', async () => {
    await enrol();
    await server.here.call('enable_cphulk');
    let reply = await comeBack(await beginThere());
    for (let count = 0; count < 3; count++)
      reply = await complete(reply, { user: 'root', tfa_token: '000000' });
    const { data } = await server.here.call('get_cphulk_failed_logins');
    expect(data?.failed_logins).toHaveLength(3);
  });

  test('a suspended reseller cannot log in, and neither can an ordinary account', async () => {
    await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password });
    provider.claims = { sub: 'subject-bob' };
    await link('subject-bob', 'bob');
    const reason =
      'This identity may not log in here: its user is suspended, or is neither root nor a reseller.';
    expect(alertOf(await comeBack(await beginThere()))).toBe(reason);
    await server.here.call('setupreseller', { user: 'bob' });
    expect(await isLoggedIn(await comeBack(await beginThere()), 'bob')).toBe(true);
    await server.here.call('suspendacct', { user: 'bob' });
    expect(alertOf(await comeBack(await beginThere()))).toBe(reason);
  });

  test('a former password links no identity, even if it was right when the login began', async () => {
    const { here } = server;
    await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
    await here.call('setupreseller', { user: 'bob' });
    provider.claims = { sub: 'subject-bob' };
    const unlinked = await comeBack(await beginThere());
    const before = await links();
    const users = await here.engine.machine.users();
    const check = users.verifyPassword.bind(users);
    jest.spyOn(users, 'verifyPassword').mockImplementationOnce(async (...words) => {
      const isRight = await check(...words);
      expect(isRight).toBe(true);
      await here.call('passwd', { user: 'bob', password: 'quite another Xylophone, 7' });
      return isRight;
    });
    expect(await isLoggedIn(await complete(unlinked, { user: 'bob', pass: password }))).toBe(false);
    expect(await links()).toEqual(before);
  });

  test('an identity of several users chooses one of them', async () => {
    for (const username of ['bob', 'carol']) {
      await server.here.call('createacct', { username, domain: `${username}.example`, password });
      await server.here.call('setupreseller', { user: username });
    }
    await link('subject-1', 'bob');
    const choice = await comeBack(await beginThere());
    expect(
      [...choice.text.matchAll(/type="radio" name="user" value="(\w+)"/g)].map(([, name]) => name),
    ).toEqual(['bob', 'root']);
    const { cookie } = headersOf(cookiesOf(choice));
    expect(cookie).toContain(IDENTITY_COOKIE);
    const other = await complete(choice, { user: 'carol' });
    expect([other.status, await isLoggedIn(other)]).toEqual([401, false]);
    expect(await isLoggedIn(await complete(choice, { user: 'bob' }), 'bob')).toBe(true);
  });

  test('unlinking ends the sessions', async () => {
    const reply = await comeBack(await beginThere());
    expect(await isLoggedIn(reply)).toBe(true);
    await server.here.call('unlink_user_authn_provider', {
      ...{ username: 'root', provider_id: 'staff', subject_unique_identifier: 'subject-1' },
    });
    const path = (reply.headers.get('location') ?? '').replace(/\/$/, '');
    const { status } = await server.ask(`${path}/json-api/version?api.version=1`, {
      headers: { cookie: `whostmgrsession=${cookiesOf(reply).whostmgrsession ?? ''}` },
    });
    expect(status).toBe(403);
  });

  test('a client keeps the newest twenty logins that it begins', async () => {
    const first = await beginThere();
    const { nonce } = provider;
    let second: Begun | undefined;
    for (let count = 0; count < 20; count++) {
      server.here.time += 1;
      second = await beginThere();
    }
    expect(alertOf(await comeBack({ ...first }))).toContain('This login has expired');
    expect(nonce).not.toBe(provider.nonce);
    expect(second && (await isLoggedIn(await comeBack(second)))).toBe(true);
  });

  test('a login is begun on one server of a store and completed on another', async () => {
    const { here } = server;
    const other = createServer(
      {
        ...here.application,
        get engine() {
          return here.engine;
        },
      },
      {
        log: silent,
      },
    );
    try {
      const url = await other.listen({ host: '127.0.0.1', port: 0 });
      const { location, cookies } = await beginThere();
      const query = new URLSearchParams({ code: 'code', state: location.searchParams.get('state') ?? '' });
      const response = await fetch(`${url}/openid_connect_callback/staff?${query.toString()}`, {
        redirect: 'manual',
        headers: headersOf(cookies),
      });
      expect(response.headers.get('location')).toMatch(/^\/cpsess\d{10}\/$/);
      expect(provider.tokenRequests[0]?.get('redirect_uri')).toBe(
        `${server.url}/openid_connect_callback/staff`,
      );
    } finally {
      await other.close();
    }
  });
});

test('the login page has a button for each enabled provider, over TLS or on loopback only', async () => {
  expect((await server.ask('/')).text).not.toContain('class="providers"');
  await enable('https://sso.example.com');
  await server.here.call('set_provider_display_configurations', {
    provider_id: 'staff',
    service_name: 'whostmgrd',
    configurations: { label: 'Staff <login>', color: '334488', icon: 'aGVsbG8=' },
  });
  const { text } = await server.ask('/');
  expect(text).toContain('href="/openid_connect/staff"');
  expect(text).toContain('Staff &lt;login&gt;');
  expect(text).toContain('data-color="334488"');
  expect(text).toContain('src="data:image/png;base64,aGVsbG8="');
});

function timedOut(): DOMException {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
