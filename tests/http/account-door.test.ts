// The interface of accounts: logins, sessions, tokens, and the two paths for calls. Bob is an account and a reseller,
// and eve is an account.
import type { Caller } from '../../src/core/context.ts';
import { readOptions } from '../../src/http/options.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { reseller } from '../support/installation.ts';
import { basic, sessionOf, TestServer, type Reply } from '../support/server.ts';

const bobs = 'correct horse battery staple 7';
const eves = 'another horse battery staple 8';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithAccounts();
  const { here } = server;
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
  await here.call('setupreseller', { user: 'bob' });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password: eves });
});
afterAll(() => server.stop());

const LIST = '/execute/DomainInfo/list_domains';

function logIn(user: string, pass: string, headers: Record<string, string> = {}): Promise<Reply> {
  return server.askAccounts('/login', { method: 'POST', body: new URLSearchParams({ user, pass }), headers });
}

function askAs(user: string, password: string, path: string): Promise<Reply> {
  return server.askAccounts(path, { headers: { authorization: basic(user, password) } });
}

function askWithToken(token: string, path: string, user = 'bob'): Promise<Reply> {
  return server.askAccounts(path, { headers: { authorization: `cpanel ${user}:${token}` } });
}

function bodyOf({ text }: Reply): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

async function newToken(args: Record<string, string>, user = 'bob'): Promise<string> {
  const { data } = await server.here.uapi(user, 'Tokens::create_full_access', args);
  return (data as { token: string }).token;
}

describe('/execute/Module/function', () => {
  test('answers in UAPI’s form, by GET and by POST', async () => {
    const got = await askAs('bob', bobs, LIST);
    expect(got.status).toBe(200);
    expect(got.headers.get('content-type')).toBe('application/json; charset="utf-8"');
    expect(bodyOf(got)).toMatchObject({
      data: { main_domain: 'bob.example' },
      errors: null,
      messages: null,
      metadata: {},
      status: 1,
      warnings: null,
    });
    const posted = await server.askAccounts('/execute/Tokens/list', {
      method: 'POST',
      body: new URLSearchParams({ 'api.filter_column': 'name', 'api.filter_term': 'x' }),
      headers: { authorization: basic('bob', bobs) },
    });
    expect(bodyOf(posted)).toMatchObject({ data: [], metadata: { transformed: 1 }, status: 1 });
  });

  test('a function that fails is no HTTP error', async () => {
    for (const path of [
      '/execute/DomainInfo/nothing',
      '/execute/..%2fhooks/x',
      '/execute/__proto__/constructor',
    ]) {
      const reply = await askAs('bob', bobs, path);
      expect([path, reply.status]).toEqual([path, 200]);
      expect(bodyOf(reply)).toMatchObject({ data: null, status: 0, errors: [expect.any(String)] });
    }
  });

  test('is recorded in the audit log, with the account as the caller', async () => {
    await askAs('eve', eves, LIST);
    expect(server.here.audit().at(-1)).toMatchObject({
      caller: 'eve',
      function: 'DomainInfo::list_domains',
      address: '127.0.0.1',
      authentication: 'password',
      result: 1,
    });
  });
});

test('LastLogin::get_last_or_current_logged_in_ip is the address of the last session', async () => {
  const { here } = server;
  await here.call('createacct', { username: 'amy', domain: 'amy.example', password: eves });
  const shown = async (user: string) =>
    (await here.uapi(user, 'LastLogin::get_last_or_current_logged_in_ip')).data;
  expect(await shown('amy')).toEqual([]);
  // A refused login, and a call with the password, are no logins.
  await logIn('amy', 'wrong');
  await askAs('amy', eves, LIST);
  expect(await shown('amy')).toEqual([]);
  await logIn('amy', eves);
  expect(await shown('amy')).toEqual(['127.0.0.1']);
  // It outlasts the session and a new name, but not the account.
  await here.call('passwd', { user: 'amy', password: bobs });
  await here.call('modifyacct', { user: 'amy', newuser: 'ann' });
  expect(await shown('ann')).toEqual(['127.0.0.1']);
  await here.call('removeacct', { username: 'ann' });
  await here.call('createacct', { username: 'ann', domain: 'ann.example', password: eves });
  expect(await shown('ann')).toEqual([]);
});

describe('/json-api/cpanel', () => {
  const path = (args: Record<string, string>) =>
    `/json-api/cpanel?${new URLSearchParams({
      cpanel_jsonapi_module: 'DomainLookup',
      cpanel_jsonapi_func: 'getbasedomains',
      ...args,
    }).toString()}`;

  test('answers in the form of API 2 by default', async () => {
    expect(bodyOf(await askAs('bob', bobs, path({})))).toEqual({
      cpanelresult: {
        apiversion: 2,
        module: 'DomainLookup',
        func: 'getbasedomains',
        data: [{ domain: 'bob.example' }],
        event: { result: 1 },
      },
    });
  });

  test('answers in the form of UAPI, and of API 1', async () => {
    const uapi = { cpanel_jsonapi_module: 'DomainInfo', cpanel_jsonapi_func: 'list_domains' };
    expect(bodyOf(await askAs('bob', bobs, path({ ...uapi, cpanel_jsonapi_apiversion: '3' })))).toMatchObject(
      {
        apiversion: 3,
        module: 'DomainInfo',
        func: 'list_domains',
        result: { data: { main_domain: 'bob.example' }, status: 1 },
      },
    );
    expect(bodyOf(await askAs('bob', bobs, path({ cpanel_jsonapi_apiversion: '1' })))).toMatchObject({
      apiversion: '1',
      event: { result: 0 },
    });
    const getemail = { cpanel_jsonapi_module: 'CustInfo', cpanel_jsonapi_func: 'getemail' };
    expect(bodyOf(await askAs('bob', bobs, path({ ...getemail, cpanel_jsonapi_apiversion: '1' })))).toEqual({
      apiversion: '1',
      ...{ type: 'event', module: 'CustInfo', func: 'getemail', source: 'module' },
      ...{ data: { result: expect.any(String) as string }, event: { result: 1 } },
    });
  });

  test('names only the account itself', async () => {
    const own = await askAs('bob', bobs, path({ cpanel_jsonapi_user: 'bob' }));
    expect(own.text).toContain('bob.example');
    const other = await askAs('bob', bobs, path({ cpanel_jsonapi_user: 'eve' }));
    expect(other.status).toBe(200);
    expect(bodyOf(other)).toMatchObject({
      cpanelresult: { error: expect.stringContaining('should be your own account, “bob”') as string },
    });
  });

  test.each([
    ['../../etc/passwd', 'x'],
    ['DomainInfo::list_domains', 'x'],
    ['DomainInfo', 'DomainInfo::list_domains'],
    ['__proto__', 'constructor'],
    ['DomainInfo', 'toString'],
    ['DomainInfo', '../list_domains'],
    ['DomainInfo', 'list_domains\0'],
    ['x'.repeat(2000), 'x'],
  ])('no function has the names %j and %j, in any version', async (module, func) => {
    const names = { cpanel_jsonapi_module: module, cpanel_jsonapi_func: func };
    const before = server.here.audit().length;
    const bodyIn = async (version: string) => {
      const reply = await askAs('bob', bobs, path({ ...names, cpanel_jsonapi_apiversion: version }));
      expect(reply.status).toBe(200);
      return bodyOf(reply);
    };
    expect(await bodyIn('1')).toMatchObject({ event: { result: 0 } });
    expect(await bodyIn('2')).toMatchObject({ cpanelresult: { error: expect.any(String) as string } });
    expect(await bodyIn('3')).toMatchObject({ result: { data: null, status: 0 } });
    const lines = server.here.audit().slice(before);
    expect(lines.filter(({ result }) => result === 1)).toEqual([]);
  });

  test('/xml-api/cpanel answers in XML, with the parameters of either prefix', async () => {
    for (const prefix of ['cpanel_xmlapi', 'cpanel_jsonapi']) {
      const query = `${prefix}_module=DomainLookup&${prefix}_func=getbasedomains&${prefix}_user=Bob`;
      const reply = await askAs('bob', bobs, `/xml-api/cpanel?${query}`);
      expect(reply.headers.get('content-type')).toBe('text/xml; charset="utf-8"');
      expect(reply.text).toMatch(/<cpanelresult>[^]*<data>\s*<domain>bob\.example<[^]*<result>1</);
      expect(bodyOf(await askAs('bob', bobs, `/json-api/cpanel?${query}`))).toMatchObject({
        cpanelresult: { data: [{ domain: 'bob.example' }] },
      });
    }
    const uapi = 'cpanel_xmlapi_module=DomainInfo&cpanel_xmlapi_func=list_domains&cpanel_xmlapi_apiversion=3';
    expect((await askAs('bob', bobs, `/xml-api/cpanel?${uapi}`)).text).toContain('<main_domain>bob.example<');
    const refused = await askAs('bob', 'wrong', `/xml-api/cpanel?${uapi}`);
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('<cpanelresult>')]);
    expect((await askAs('bob', bobs, `/xml-api/cpanel?${uapi}&cpanel_jsonapi_apiversion=2`)).text).toContain(
      'should be 1, 2 or 3, once',
    );
  });

  test('a missing name is a failure of the call', async () => {
    const reply = await askAs(
      'bob',
      bobs,
      '/json-api/cpanel?cpanel_jsonapi_apiversion=3&cpanel_jsonapi_func=x',
    );
    expect(bodyOf(reply)).toMatchObject({
      result: { status: 0, errors: ['The parameter “cpanel_jsonapi_module” is required, once.'] },
    });
  });
});

describe('a login', () => {
  test('opens a session for browsers, clients that read Location, and clients that ask for JSON', async () => {
    const { cookie, path } = sessionOf(await logIn('bob', bobs));
    expect(cookie).toMatch(/^cpsession=[0-9a-f]{32}$/);
    // Some clients take the cookies by their place.
    const names = (await logIn('bob', bobs)).headers.getSetCookie().map((one) => one.replace(/[=;].*/, ''));
    expect(names).toEqual(['cprelogin', 'cpsession']);
    expect(bodyOf(await server.askAccounts(path + LIST, { headers: { cookie } }))).toMatchObject({
      status: 1,
    });
    const json = await logIn('bob', bobs, { accept: 'application/json' });
    expect(bodyOf(json)).toMatchObject({
      status: 1,
      security_token: expect.stringMatching(/^\/cpsess\d{10}$/) as string,
    });
    const page = await logIn('bob', bobs, { accept: 'text/html' });
    expect(page.headers.get('refresh')).toBe(`0; url=${sessionOf(page).path}/`);
    const overview = await server.askAccounts(`${sessionOf(page).path}/`, {
      headers: { cookie: sessionOf(page).cookie, accept: 'text/html' },
    });
    expect(overview.text).toContain('bob.example');
  });

  test('of root, of nobody, or with a wrong password is refused', async () => {
    for (const [user, pass] of [
      ['bob', eves],
      ['root', 'four unusual words, Xylophone'],
      ['nobody', bobs],
    ] as const) {
      expect([user, (await logIn(user, pass)).status]).toEqual([user, 401]);
      const reply = await askAs(user, pass, LIST);
      expect([user, reply.status]).toEqual([user, 401]);
      expect(bodyOf(reply)).toMatchObject({ status: 0, errors: ['Access denied'] });
    }
    const older = await askAs('bob', eves, '/json-api/cpanel');
    expect(older.status).toBe(401);
    expect(bodyOf(older)).toMatchObject({ cpanelresult: { error: 'Access denied' } });
  });

  test('of an account that is no reseller is possible only here', async () => {
    expect((await logIn('eve', eves)).status).toBe(200);
    expect((await server.logIn({ user: 'eve', pass: eves })).status).toBe(401);
  });

  test('needs the cookie and the security token', async () => {
    const { cookie, path } = sessionOf(await logIn('bob', bobs));
    const other = sessionOf(await logIn('bob', bobs));
    expect((await server.askAccounts(LIST, { headers: { cookie } })).status).toBe(401);
    expect((await server.askAccounts(path + LIST)).status).toBe(401);
    expect((await server.askAccounts(other.path + LIST, { headers: { cookie } })).status).toBe(401);
    await server.askAccounts(`${path}/logout`, { method: 'POST', headers: { cookie } });
    expect((await server.askAccounts(path + LIST, { headers: { cookie } })).status).toBe(401);
  });
});

describe('the two doors', () => {
  const value = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1);

  test('do not accept each other’s sessions', async () => {
    const account = sessionOf(await logIn('bob', bobs));
    const whm = sessionOf(await server.logIn({ user: 'bob', pass: bobs }));
    const here = { headers: { cookie: `cpsession=${value(whm.cookie)}` } };
    expect((await server.askAccounts(whm.path + LIST, here)).status).toBe(401);
    const there = { headers: { cookie: `whostmgrsession=${value(account.cookie)}` } };
    expect((await server.ask(`${account.path}/json-api/version?api.version=1`, there)).status).toBe(403);
    const own = { headers: { cookie: `whostmgrsession=${value(whm.cookie)}` } };
    expect((await server.ask(`${whm.path}/json-api/version?api.version=1`, own)).status).toBe(200);
  });

  test('do not accept each other’s tokens', async () => {
    const account = await newToken({ name: 'both' });
    const caller = { user: 'bob', privileges: new Set(['manage-api-tokens']) };
    const { data } = await server.here.call('api_token_create', { token_name: 'both' }, { as: caller });
    const whm = data?.token as string;
    expect((await askWithToken(account, LIST)).status).toBe(200);
    expect((await askWithToken(whm, LIST)).status).toBe(401);
    for (const [scheme, token] of [
      ['whm', whm],
      ['cpanel', account],
    ] as const) {
      const headers = { authorization: `${scheme} bob:${token}` };
      const isWhm = scheme === 'whm';
      expect((await server.askAccounts(LIST, { headers })).status).toBe(isWhm ? 401 : 200);
      expect((await server.ask('/json-api/version?api.version=1', { headers })).status).toBe(
        isWhm ? 200 : 403,
      );
    }
    const disguised = { headers: { authorization: `whm bob:${account}` } };
    expect((await server.ask('/json-api/version?api.version=1', disguised)).status).toBe(403);
  });

  test('have different paths', async () => {
    const whm = await askAs('bob', bobs, '/json-api/listaccts?api.version=1');
    expect(whm.status).toBe(404);
    expect(whm.text).toContain('port 2087');
    expect((await server.asRoot(LIST)).status).toBe(404);
  });
});

describe('an API token', () => {
  test('calls as its account only', async () => {
    const token = await newToken({ name: 'deploy' });
    expect((await askWithToken(token, LIST)).text).toContain('bob.example');
    expect((await askWithToken(token, LIST, 'eve')).status).toBe(401);
  });

  test('that is read-only changes nothing: neither in the store nor in files, nor in a batch', async () => {
    const token = await newToken({ name: 'reader', readonly: '1' });
    expect((await askWithToken(token, LIST)).status).toBe(200);
    const command = encodeURIComponent(JSON.stringify(['Tokens', 'revoke', { name: 'reader' }]));
    for (const [name, path] of [
      ['Tokens::revoke', 'Tokens/revoke?name=reader'],
      ['Fileman::save_file_content', 'Fileman/save_file_content?file=x'],
      ['Batch::strict', `Batch/strict?command=${command}`],
    ] as const) {
      const refused = `You may not call “${name}” with a read-only API token. Use another login.`;
      expect(bodyOf(await askWithToken(token, `/execute/${path}`))).toMatchObject({
        status: 0,
        errors: [refused],
      });
    }
    expect((await askWithToken(token, LIST)).status).toBe(200);
  });

  test('that is read-only gets no content of files, such as ~/.ssh/id_rsa', async () => {
    const token = await newToken({ name: 'no-files', readonly: '1' });
    for (const path of [
      '/execute/Fileman/get_file_content?dir=.ssh&file=id_rsa',
      '/json-api/cpanel?cpanel_jsonapi_apiversion=2&cpanel_jsonapi_module=Fileman&cpanel_jsonapi_func=viewfile&dir=.ssh&file=id_rsa',
    ]) {
      expect((await askWithToken(token, path)).text).toMatch(
        /You may not call “Fileman::\w+” with a read-only API token, because it returns a secret\./,
      );
    }
    expect((await askWithToken(token, '/execute/Fileman/list_files?dir=public_html')).status).toBe(200);
  });

  test('that is read-only gets no private key', async () => {
    const { here } = server;
    const { data } = await here.uapi('bob', 'SSL::generate_key', { friendly_name: 'Shop' });
    const { text: pem } = data as { text: string };
    const full = await newToken({ name: 'full' });
    const shown = await askWithToken(full, '/execute/SSL/show_key?friendly_name=Shop');
    expect(shown.text).toContain(pem.split('\n')[1]);
    const token = await newToken({ name: 'no-keys', readonly: '1' });
    for (const [name, query] of [
      ['show_key', 'friendly_name=Shop'],
      ['fetch_best_for_domain', 'domain=bob.example'],
      ['fetch_certificates_for_fqdns', 'domains=bob.example'],
      ['fetch_cert_info', 'friendly_name=x'],
      ['fetch_key_and_cabundle_for_certificate', 'certificate=x'],
    ]) {
      const reason =
        `You may not call “SSL::${name}” with a read-only API token, because it returns a secret. ` +
        'Use another login.';
      const answer = await askWithToken(token, `/execute/SSL/${name}?${query}`);
      expect(bodyOf(answer)).toMatchObject({ status: 0, errors: [reason] });
    }
    expect((await askWithToken(token, '/execute/SSL/list_keys')).text).toContain('Shop');
  });

  test('ends at its expiry, when it is revoked, and while its account is suspended', async () => {
    const { here } = server;
    const expires = Math.floor(here.time / 1000) + 60;
    const [short, kept] = [
      await newToken({ name: 'short', expires_at: String(expires) }, 'eve'),
      await newToken({ name: 'kept' }, 'eve'),
    ];
    expect((await askWithToken(short, LIST, 'eve')).status).toBe(200);
    here.time += 61_000;
    expect((await askWithToken(short, LIST, 'eve')).status).toBe(401);
    await here.call('suspendacct', { user: 'eve' });
    expect((await askWithToken(kept, LIST, 'eve')).status).toBe(401);
    expect((await logIn('eve', eves)).status).toBe(401);
    await here.call('unsuspendacct', { user: 'eve' });
    expect((await askWithToken(kept, LIST, 'eve')).status).toBe(200);
    await here.uapi('eve', 'Tokens::revoke', { name: 'kept' });
    expect((await askWithToken(kept, LIST, 'eve')).status).toBe(401);
  });

  test('follows its account to another name, and is gone with it', async () => {
    const { here } = server;
    await here.call('createacct', { username: 'carl', domain: 'carl.example', password: bobs });
    const token = await newToken({ name: 'old' }, 'carl');
    const { cookie, path } = sessionOf(await logIn('carl', bobs));
    await here.call('modifyacct', { user: 'carl', newuser: 'carla' });
    expect((await askWithToken(token, LIST, 'carl')).status).toBe(401);
    expect((await server.askAccounts(path + LIST, { headers: { cookie } })).status).toBe(401);
    expect((await askWithToken(token, LIST, 'carla')).text).toContain('carl.example');
    await here.call('removeacct', { username: 'carla' });
    expect((await askWithToken(token, LIST, 'carla')).status).toBe(401);
    await here.call('createacct', { username: 'carla', domain: 'carl.example', password: bobs });
    expect((await askWithToken(token, LIST, 'carla')).status).toBe(401);
  });
});

describe('a login whose password was right, and whose user', () => {
  /** Logs in, and does the work when the password was checked and there is no session yet. */
  const logInDuring = async (user: string, work: () => Promise<unknown>) => {
    const users = await server.here.engine.machine.users();
    const check = users.verifyPassword.bind(users);
    const checked = jest.spyOn(users, 'verifyPassword').mockImplementationOnce(async (...words) => {
      const isRight = await check(...words);
      await work();
      return isRight;
    });
    const reply = await logIn(user, bobs, { accept: 'application/json' });
    expect(checked).toHaveBeenCalledTimes(1);
    checked.mockRestore();
    return reply;
  };
  const succeed = async (command: string, args: Record<string, string>) => {
    expect((await server.here.call(command, args)).metadata).toMatchObject({ result: 1 });
  };
  const create = (username: string) =>
    succeed('createacct', { username, domain: `${username}.example`, password: bobs });
  const remove = (username: string) => succeed('removeacct', { username });

  test('gets another password meanwhile, opens no session', async () => {
    await create('fay');
    const { status } = await logInDuring('fay', () => succeed('passwd', { user: 'fay', password: eves }));
    expect(status).toBe(401);
    expect((await logIn('fay', eves)).status).toBe(200);
  });

  test('loses the other logins meanwhile, opens no session', async () => {
    await create('flo');
    await succeed('setupreseller', { user: 'flo' });
    const { status } = await logInDuring('flo', () => succeed('unsetupreseller', { user: 'flo' }));
    expect(status).toBe(401);
  });

  test('is removed meanwhile, opens no session, even if there is another user of that name', async () => {
    await create('fox');
    const removed = await logInDuring('fox', () => remove('fox'));
    expect(removed.status).toBe(401);
    await create('fox');
    server.here.time += 1000;
    const replaced = await logInDuring('fox', async () => {
      await remove('fox');
      await create('fox');
    });
    expect(replaced.status).toBe(401);
  });
});

test('a new password ends the sessions', async () => {
  const { cookie, path } = sessionOf(await logIn('eve', eves));
  expect((await server.askAccounts(path + LIST, { headers: { cookie } })).status).toBe(200);
  await server.here.call('passwd', { user: 'eve', password: eves });
  expect((await server.askAccounts(path + LIST, { headers: { cookie } })).status).toBe(401);
});

test('a new password keeps the tokens, and a suspension ends the sessions', async () => {
  const token = await newToken({ name: 'lasting' }, 'eve');
  await server.here.call('passwd', { user: 'eve', password: eves });
  expect((await askWithToken(token, LIST, 'eve')).status).toBe(200);
  const { cookie, path } = sessionOf(await logIn('eve', eves));
  await server.here.call('suspendacct', { user: 'eve' });
  await server.here.call('unsuspendacct', { user: 'eve' });
  expect((await server.askAccounts(path + LIST, { headers: { cookie } })).status).toBe(401);
  expect((await askWithToken(token, LIST, 'eve')).status).toBe(200);
});

describe('create_user_session', () => {
  const linkFor = async (user: string, as?: Caller) => {
    const options = as === undefined ? {} : { as };
    const { metadata, data } = await server.here.call(
      'create_user_session',
      { service: 'cpaneld', user },
      options,
    );
    return data === undefined ? metadata.reason : new URL(data.url as string);
  };

  test('creates a link that opens the account’s page once', async () => {
    const { pathname, search, port } = (await linkFor('eve')) as URL;
    expect(port).toBe('2083');
    // Not valid in WHM, and not used up by the attempt.
    expect((await server.ask(pathname + search)).status).toBe(401);
    const { cookie, path } = sessionOf(await server.askAccounts(pathname + search));
    const page = await server.askAccounts(`${path}/`, { headers: { cookie } });
    expect(page.text).toContain('eve.example');
    expect((await server.askAccounts(pathname + search)).status).toBe(401);
  });

  test('is for the reseller’s own accounts only', async () => {
    const bob = reseller('bob', 'create-user-session');
    expect(await linkFor('eve', bob)).toBe('You do not have access to an account named “eve”.');
    expect(await linkFor('bob', bob)).toBeInstanceOf(URL);
  });
});

test('an account with a second factor logs in with a code, and confirms before it changes how it logs in', async () => {
  const { here } = server;
  await here.call('twofactorauth_enable_policy');
  const secret = 'WJ73QJSKZBXCIFPZ';
  const code = () => codeAt(secret, here.time);
  await here.uapi('eve', 'TwoFactorAuth::set_user_configuration', { secret, tfa_token: code() });
  expect(bodyOf(await logIn('eve', eves))).toMatchObject({ status: 0, error_code: 'tfa_required' });
  expect(bodyOf(await askAs('eve', eves, LIST))).toMatchObject({
    status: 0,
    metadata: { error_code: 'tfa_required' },
  });
  here.time += 30_000;
  const body = new URLSearchParams({ user: 'eve', pass: eves, tfa_token: code() });
  const { cookie, path } = sessionOf(await server.askAccounts('/login', { method: 'POST', body }));
  const create = async () =>
    bodyOf(
      await server.askAccounts(`${path}/execute/Tokens/create_full_access?name=x`, { headers: { cookie } }),
    );
  expect(await create()).toMatchObject({
    status: 0,
    errors: [expect.stringContaining('confirm that it is you')],
  });
  const proof = { method: 'POST', body: new URLSearchParams({ password: eves }), headers: { cookie } };
  expect((await server.askAccounts(`${path}/confirm`, proof)).status).toBe(200);
  expect(await create()).toMatchObject({ status: 1 });
  await here.call('twofactorauth_remove_user_config', { user: ['eve'] });
  expect((await server.askAccounts(path + LIST, { headers: { cookie } })).status).toBe(401);
});

test('an API token removes or replaces a second factor only with a code or the password', async () => {
  const { here } = server;
  await here.call('createacct', { username: 'tom', domain: 'tom.example', password: eves });
  const secret = 'WJ73QJSKZBXCIFPZ';
  const other = 'AAAAQJSKZBXCIFPZ';
  const code = (of = secret) => {
    here.time += 60_000;
    return codeAt(of, here.time);
  };
  const token = await newToken({ name: 'deploy' }, 'tom');
  const call = async (name: string, args: Record<string, string> = {}) => {
    const query = new URLSearchParams(args).toString();
    return bodyOf(await askWithToken(token, `/execute/TwoFactorAuth/${name}?${query}`, 'tom'));
  };
  const isEnabled = async () =>
    (await here.uapi('tom', 'TwoFactorAuth::get_user_configuration')).data as { is_enabled: number };
  // Nothing is weakened yet.
  expect(await call('remove_user_configuration')).toMatchObject({ status: 1, data: { tfa_removed: 0 } });
  expect(await call('set_user_configuration', { secret, tfa_token: code() })).toMatchObject({ status: 1 });
  for (const [name, args, needed] of [
    [
      'remove_user_configuration',
      {},
      'tfa_token” (the code that the authenticator app shows now) or “password',
    ],
    [
      'generate_recovery_codes',
      {},
      'tfa_token” (the code that the authenticator app shows now) or “password',
    ],
    ['set_user_configuration', { secret: other, tfa_token: code(other) }, 'password'],
  ] as const) {
    expect([name, await call(name, args)]).toMatchObject([
      name,
      { status: 0, errors: [expect.stringContaining(`With an API token, the parameter “${needed}”`)] },
    ]);
  }
  const wrong = code() === '000000' ? '000001' : '000000';
  for (const proof of [{ tfa_token: wrong }, { password: 'wrong' }, { password: '', tfa_token: wrong }])
    expect(await call('remove_user_configuration', proof as Record<string, string>)).toMatchObject({
      status: 0,
    });
  expect(await isEnabled()).toMatchObject({ is_enabled: 1 });
  expect(await call('generate_recovery_codes', { tfa_token: code() })).toMatchObject({ status: 1 });
  const replaced = { secret: other, tfa_token: code(other), password: eves };
  expect(await call('set_user_configuration', replaced)).toMatchObject({ status: 1 });
  expect(await call('remove_user_configuration', { tfa_token: code(other) })).toMatchObject({
    data: { tfa_removed: 1 },
  });
  await here.uapi('tom', 'TwoFactorAuth::set_user_configuration', { secret, tfa_token: code() });
  expect(await call('remove_user_configuration', { password: eves })).toMatchObject({
    data: { tfa_removed: 1 },
  });
  expect(await isEnabled()).toMatchObject({ is_enabled: 0 });
});

test('calls of an account that fail all the time have ten lines a minute in the audit log, then their number', async () => {
  const { here } = server;
  await here.call('createacct', { username: 'max', domain: 'max.example', password: eves });
  const token = await newToken({ name: 'loop' }, 'max');
  for (let number = 0; number < 25; number++) {
    const reply = await askWithToken(
      token,
      `/execute/DomainInfo/single_domain_data?domain=none${number}.example`,
      'max',
    );
    expect(bodyOf(reply)).toMatchObject({ status: 0 });
  }
  const failed = () => here.audit().filter(({ caller, result }) => caller === 'max' && result === 0);
  expect(failed()).toHaveLength(10);
  expect(failed()[9]).toMatchObject({
    function: 'DomainInfo::single_domain_data',
    arguments: [['domain', 'none9.example']],
  });
  // Calls that change something, and those of others, have their lines.
  await askWithToken(token, '/execute/NVData/set?names=a&a=b', 'max');
  await askAs('eve', eves, '/execute/DomainInfo/single_domain_data?domain=none.example');
  expect(here.audit().slice(-2)).toMatchObject([
    { caller: 'max', function: 'NVData::set', result: 1 },
    { caller: 'eve', function: 'DomainInfo::single_domain_data', result: 0 },
  ]);
  await here.application.writeSummaries();
  expect(failed().slice(10)).toMatchObject([{ function: 'failed calls' }]);
  expect(Object.fromEntries(failed()[10]?.arguments ?? [])).toMatchObject({
    requests: 15,
    functions: 'DomainInfo::single_domain_data',
  });
});

test('the port for accounts is 2083 if WHM’s port is 2087, unless it is disabled', () => {
  const portOf = (...argv: string[]) => readOptions(argv, {}).accountPort;
  expect([portOf(), portOf('--port', '1234'), portOf('--no-accounts')]).toEqual([2083, undefined, undefined]);
  expect(portOf('--port', '1234', '--account-port', '5678')).toBe(5678);
  expect(() => readOptions(['--bind', '192.0.2.1', '--account-http-port', '2082'], {})).toThrow('Plain HTTP');
  expect(() => readOptions(['--port', '1', '--account-http-port', '2'], {})).toThrow('needs --account-port');
});

test.each([
  [['--account-port', '2083'], {}],
  [['--account-http-port', '2082'], {}],
  [[], { WHMAPI1D_ACCOUNT_PORT: '2083' }],
])('a port for accounts excludes --no-accounts: %j %j', (words, environment) => {
  expect(() => readOptions(['--no-accounts', ...words], environment)).toThrow('exclude each other');
});
