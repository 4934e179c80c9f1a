// The module Session: sessions of webmail, which are used over HTTP. Bob is an account, with mailboxes as cPanel lays
// them out; eve is another one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('a mailbox of a domain', () => {
  const at = (...parts: string[]) => join(server.here.state, 'root/home/bob', ...parts);
  const right = 'red Bicycle, 9 spokes';
  const hashWith = (setting: string) =>
    execFileSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', right, setting], { encoding: 'utf8' });
  const shadow = (rows: Record<string, string>) =>
    writeFileSync(
      at('etc/bob.example/shadow'),
      Object.entries(rows)
        .map(([login, hash]) => `${login}:${hash}:20000::::::\n`)
        .join(''),
    );
  const logins = ['sales', 'info', 'off', 'old', 'huge'];
  let hashes: Record<string, string>;

  beforeAll(() => {
    mkdirSync(at('etc/bob.example'), { recursive: true });
    for (const part of ['cur', 'new', 'tmp'])
      mkdirSync(at('mail/bob.example/sales', part), { recursive: true });
    writeFileSync(at('mail/bob.example/sales/new/1770000000.M1.host'), 'Subject: An order\n\nTen pieces.\n');
    writeFileSync(
      at('etc/bob.example/passwd'),
      logins
        .map((login) => `${login}:x:1001:1001::/home/bob/mail/bob.example/${login}:/bin/false\n`)
        .join(''),
    );
    const sha512 = hashWith('$6$abcdefgh$');
    hashes = {
      sales: sha512,
      info: hashWith('$y$j9T$abcdefghijklmnop$'),
      off: `!!${sha512}`,
      old: '*',
      huge: sha512.replace('$6$', '$6$rounds=999999999$'),
    };
  });
  beforeEach(async () => {
    shadow(hashes);
    await server.here.call('flush_cphulk_login_history');
  });

  const logIn = (user: string, pass: string) =>
    server.askWebmail('/login', { method: 'POST', body: new URLSearchParams({ user, pass }) });
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
    const { cookie, path } = sessionOf(await logIn('Sales@bob.example', right));
    const { text } = await server.askWebmail(`${path}/`, { headers: { cookie } });
    expect([text.includes('An order'), text.includes('<b>sales@bob.example</b>')]).toEqual([true, true]);
    // The account’s own mailbox is another one.
    const own = sessionOf(await logIn('bob', bobs));
    const other = await server.askWebmail(`${own.path}/`, { headers: { cookie: own.cookie } });
    expect([other.status, other.text.includes('An order')]).toEqual([200, false]);
    expect((await logIn('info@bob.example', right)).status).toBe(200);
  });

  test.each([
    ['sales@bob.example', 'wrong'],
    ['sales@bob.example', bobs],
    ['off@bob.example', right],
    ['old@bob.example', right],
    ['huge@bob.example', right],
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
    const { cookie, path } = sessionOf(await logIn('sales@bob.example', right));
    const shows = async () =>
      (await server.askWebmail(`${path}/`, { headers: { cookie } })).text.includes('An order');
    expect(await shows()).toBe(true);
    shadow({ sales: hashWith('$6$12345678$') });
    expect(await shows()).toBe(false);
    shadow({ sales: `!!${hashes.sales}` });
    expect(await shows()).toBe(false);
    shadow({});
    expect(await shows()).toBe(false);
  });

  test('has sessions by create_webmail_session_for_mail_user', async () => {
    const { data } = await create(SALES);
    const { session, token } = data as Record<'session' | 'token', string>;
    const entered = await server.askWebmail(`${token}/login`, {
      method: 'POST',
      body: new URLSearchParams({ session }),
    });
    const { cookie, path } = sessionOf(entered);
    expect((await server.askWebmail(`${path}/`, { headers: { cookie } })).text).toContain('An order');
    for (const [args, reason] of [
      [
        { ...SALES, login: 'none' },
        'There is no mailbox “none@bob.example” of the account “bob”, or it is suspended.',
      ],
      [
        { ...SALES, login: 'off' },
        'There is no mailbox “off@bob.example” of the account “bob”, or it is suspended.',
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
    const { cookie, path } = sessionOf(await server.askWebmail(pathname + search));
    expect((await server.askWebmail(`${path}/`, { headers: { cookie } })).text).toContain('An order');
    expect((await linkFor('sales@bob.example', 'cpaneld')).metadata.error_code).toBe('not_found');
    expect((await linkFor('none@bob.example')).metadata.error_code).toBe('not_found');
  });

  test('is not read through a link that leads out of the home', async () => {
    const text = readFileSync(at('etc/bob.example/shadow'), 'utf8');
    const outside = join(server.here.state, 'shadow');
    writeFileSync(outside, text);
    unlinkSync(at('etc/bob.example/shadow'));
    symlinkSync(outside, at('etc/bob.example/shadow'));
    expect((await logIn('sales@bob.example', right)).status).toBe(401);
    expect((await create(SALES)).status).toBe(0);
    unlinkSync(at('etc/bob.example/shadow'));
  });
});
