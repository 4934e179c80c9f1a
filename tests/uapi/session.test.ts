// The module Session: sessions of webmail, which are used over HTTP. Bob is an account with mailboxes; eve is another one.
// In a sandbox, a page instead of Roundcube says who has logged in.
import { basic, sessionOf, TestServer } from '../support/server.ts';

const bobs = 'correct horse battery staple 7';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithWebmail();
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
  await server.here.call('createacct', { username: 'eve', domain: 'eve.example', password: bobs });
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
    expect((await server.askWebmail(`${path}/roundcube/`, { headers: { cookie } })).status).toBe(503);
    expect((await enter(token, session)).status).toBe(401);
  });

  test('is of no use to another address, neither before nor after the login', async () => {
    const { data } = await create({ remote_address: '127.0.0.2' });
    const { session, token } = data as Record<'session' | 'token', string>;
    expect((await enter(token, session)).status).toBe(401);
    // It is not used up.
    const body = new URLSearchParams({ session }).toString();
    const { headers } = await server.askWebmailFrom('127.0.0.2', `${token}/login`, { method: 'POST', body });
    const [cookie = ''] = (headers['set-cookie']?.[1] ?? '').split(';');
    expect(cookie).toMatch(/^webmailsession=\w{32}$/);
    expect((await server.askWebmailFrom('127.0.0.2', `${token}/roundcube/`, { cookie })).status).toBe(503);
    expect((await server.askWebmail(`${token}/roundcube/`, { headers: { cookie } })).status).toBe(401);
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

describe('a mailbox of a domain', () => {
  const right = 'red Bicycle, 9 spokes';
  const email = async (name: string, args: Record<string, string>) => {
    const { errors } = await server.here.uapi('bob', `Email::${name}`, args);
    expect([name, errors]).toEqual([name, null]);
  };

  beforeAll(async () => {
    for (const box of ['sales', 'info', 'off'])
      await email('add_pop', { email: box, domain: 'bob.example', password: right });
    await email('suspend_login', { email: 'off@bob.example' });
  });
  beforeEach(() => server.here.call('flush_cphulk_login_history'));

  const logIn = (user: string, pass: string) =>
    server.askWebmail('/login', { method: 'POST', body: new URLSearchParams({ user, pass }) });
  /** Whose mail a session shows. Undefined: it has ended. */
  const shownTo = async ({ cookie, path }: { readonly cookie: string; readonly path: string }) => {
    const { text } = await server.askWebmail(`${path}/roundcube/`, {
      headers: { cookie, accept: 'text/html' },
    });
    return /<span><b>([^<]*)<\/b>/.exec(text)?.[1];
  };
  const from = { remote_address: '127.0.0.1' };
  const create = (args: Record<string, string>, user = 'bob') =>
    server.here.uapi(user, 'Session::create_webmail_session_for_mail_user', { ...args, ...from });
  const createWithPassword = (args: Record<string, string>) =>
    server.here.uapi('bob', 'Session::create_webmail_session_for_mail_user_check_password', {
      ...args,
      ...from,
    });
  const SALES = { login: 'sales', domain: 'bob.example' };

  test('logs in with its address and its password, and shows its own mail only', async () => {
    expect(await shownTo(sessionOf(await logIn('Sales@bob.example', right)))).toBe('sales@bob.example');
    // The account’s own mailbox is another one.
    expect(await shownTo(sessionOf(await logIn('bob', bobs)))).toBe('bob');
    expect((await logIn('info@bob.example', right)).status).toBe(200);
  });

  test.each([
    ['sales@bob.example', 'wrong'],
    ['sales@bob.example', bobs],
    ['off@bob.example', right],
    ['none@bob.example', right],
    ['sales@eve.example', right],
    ['sales@none.example', right],
    ['../../sales@bob.example', right],
    ['bob.example/sales@..', right],
    ['sales@bob.example/../bob.example', right],
    ['bob@bob.example', bobs],
  ])('refuses %s with %j', async (user, password) => {
    expect((await logIn(user, password)).status).toBe(401);
  });

  test('only has WHM’s and the account’s own pages closed', async () => {
    const init = { method: 'POST', body: new URLSearchParams({ user: 'sales@bob.example', pass: right }) };
    expect([
      (await server.ask('/login', init)).status,
      (await server.askAccounts('/login', init)).status,
    ]).toEqual([401, 401]);
  });

  test('counts wrong passwords until the address is blocked', async () => {
    const { here } = server;
    await here.call('enable_cphulk');
    const config = await here.call('load_cphulk_config');
    const { max_failures_byip: limit } = (config.data as { cphulk_config: { max_failures_byip: number } })
      .cphulk_config;
    for (let n = 0; n < limit; n++) await logIn('sales@bob.example', `wrong ${n}`);
    expect((await logIn('sales@bob.example', right)).status).toBe(401);
    await here.call('flush_cphulk_login_history');
    expect((await logIn('sales@bob.example', right)).status).toBe(200);
    await here.call('disable_cphulk');
  });

  test('ends its sessions with a new password, a suspension and its removal', async () => {
    const box = { email: 'temp', domain: 'bob.example' };
    await email('add_pop', { ...box, password: right });
    const open = async (password: string) => sessionOf(await logIn('temp@bob.example', password));
    const other = `${right}!`;
    for (const [password, name, args] of [
      [right, 'passwd_pop', { ...box, password: other }],
      [other, 'suspend_login', { email: 'temp@bob.example' }],
    ] as const) {
      const session = await open(password);
      expect(await shownTo(session)).toBe('temp@bob.example');
      await email(name, args);
      expect([name, await shownTo(session)]).toEqual([name, undefined]);
    }
    await email('unsuspend_login', { email: 'temp@bob.example' });
    const session = await open(other);
    await email('delete_pop', box);
    expect(await shownTo(session)).toBeUndefined();
  });

  test('has sessions by create_webmail_session_for_mail_user', async () => {
    const { data } = await create(SALES);
    const { session, token } = data as Record<'session' | 'token', string>;
    const entered = await server.askWebmail(`${token}/login`, {
      method: 'POST',
      body: new URLSearchParams({ session }),
    });
    expect(await shownTo(sessionOf(entered))).toBe('sales@bob.example');
    for (const [args, reason] of [
      [
        { ...SALES, login: 'none' },
        'There is no mailbox “none@bob.example” of the account “bob”, or its login is suspended.',
      ],
      [
        { ...SALES, login: 'off' },
        'There is no mailbox “off@bob.example” of the account “bob”, or its login is suspended.',
      ],
      [{ ...SALES, login: '../sales' }, expect.stringContaining('There is no mailbox')],
      [{ ...SALES, domain: 'eve.example' }, expect.stringContaining('domain')],
      [{ ...SALES, domain: '../etc/bob.example' }, expect.stringContaining('domain')],
    ] as const)
      expect([args, (await create(args)).errors]).toEqual([args, [reason]]);
    expect((await create(SALES, 'eve')).status).toBe(0);
  });

  test('has sessions by create_webmail_session_for_mail_user_check_password, with the right one', async () => {
    expect(await createWithPassword({ ...SALES, password: right })).toMatchObject({ status: 1 });
    expect((await createWithPassword({ ...SALES, password: 'wrong' })).errors).toEqual([
      'The parameter “password” should be the present password of “sales@bob.example”.',
    ]);
    expect((await createWithPassword({ ...SALES, login: 'off', password: right })).status).toBe(0);
  });

  test('has links by create_user_session', async () => {
    const linkFor = (user: string, service = 'webmaild') =>
      server.here.call('create_user_session', { service, user });
    const { pathname, search } = new URL((await linkFor('sales@bob.example')).data?.url as string);
    expect(await shownTo(sessionOf(await server.askWebmail(pathname + search)))).toBe('sales@bob.example');
    expect((await linkFor('sales@bob.example', 'cpaneld')).metadata.error_code).toBe('not_found');
    expect((await linkFor('none@bob.example')).metadata.error_code).toBe('not_found');
  });
});
