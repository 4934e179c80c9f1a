// Logins of accounts through identity providers, at the door of accounts, and what separates them from those to WHM.
import { HostileProvider } from '../support/hostile-provider.ts';
import { sessionOf, TestServer, type Reply } from '../support/server.ts';

const password = 'correct horse battery staple 7';
const LIST = '/execute/DomainInfo/list_domains';

let server: TestServer;
let provider: HostileProvider;
beforeEach(async () => {
  server = await TestServer.startWithWebmail();
  provider = await HostileProvider.start();
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await enable('cpaneld');
});
afterEach(async () => {
  await provider.stop();
  await server.stop();
});

async function enable(service: 'cpaneld' | 'webmaild' | 'whostmgrd', provider_id = 'staff'): Promise<void> {
  const about = { provider_id, service_name: service };
  const configurations = { client_id: 'whm', client_secret: 'victoria', issuer: provider.issuer };
  const set = await server.here.call('set_provider_client_configurations', { ...about, configurations });
  expect(set.metadata).toMatchObject({ result: 1 });
  expect(set.metadata.output?.warnings).toBeUndefined();
  await server.here.call('enable_authentication_provider', about);
}

const link = (username: string) =>
  server.here.call('link_user_authn_provider', {
    ...{
      username,
      provider_id: 'staff',
      subject_unique_identifier: 'subject-1',
      preferred_username: 'robert',
    },
  });

type Ask = (path: string, init?: RequestInit) => Promise<Reply>;
const accounts: Ask = (path, init) => server.askAccounts(path, init);
const whm: Ask = (path, init) => server.ask(path, init);

const cookiesOf = ({ headers }: Reply) =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
const alertOf = ({ text }: Reply) => (/role="alert"[^>]*>([^<]*)</.exec(text)?.[1] ?? '').trim();

async function begin(ask: Ask): Promise<{ readonly path: string; readonly cookie: string }> {
  const reply = await ask('/openid_connect/staff', { headers: { accept: 'text/html' } });
  expect([reply.status, alertOf(reply)]).toEqual([303, '']);
  const { searchParams } = new URL(reply.headers.get('location') ?? '');
  provider.nonce = searchParams.get('nonce') ?? '';
  const query = new URLSearchParams({ code: 'code', state: searchParams.get('state') ?? '' });
  return { path: `/openid_connect_callback/staff?${query.toString()}`, cookie: cookiesOf(reply) };
}

async function logIn(ask: Ask, end = ask): Promise<Reply> {
  const { path, cookie } = await begin(ask);
  return end(path, { headers: { cookie, accept: 'text/html' } });
}

const complete = (ask: Ask, reply: Reply, fields: Record<string, string>) =>
  ask('/openid_connect_login/', {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { accept: 'text/html', cookie: cookiesOf(reply) },
  });

/** What a call with the session of a login returns. */
async function callWith(reply: Reply): Promise<string> {
  const cookie = /cpsession=[0-9a-f]{32}/.exec(cookiesOf(reply))?.[0] ?? '';
  return (await server.askAccounts(sessionOf(reply).path + LIST, { headers: { cookie } })).text;
}

test('the login page has a button, and a linked identity logs in as its account', async () => {
  const page = await accounts('/', { headers: { accept: 'text/html' } });
  expect(page.text).toContain('/openid_connect/staff');
  expect((await whm('/', { headers: { accept: 'text/html' } })).text).not.toContain('/openid_connect/staff');
  expect((await link('bob')).metadata.result).toBe(1);
  const reply = await logIn(accounts);
  expect(reply.status).toBe(200);
  expect(await callWith(reply)).toContain('bob.example');
  expect(server.here.audit().at(-2)).toMatchObject({
    ...{ function: 'login', caller: 'bob', authentication: 'identity provider staff', result: 1 },
  });
});

test('an identity is linked by the password of the account', async () => {
  const unlinked = await logIn(accounts);
  const wrong = await complete(accounts, unlinked, { user: 'bob', pass: 'wrong' });
  expect([wrong.status, alertOf(wrong)]).toEqual([401, 'The login is invalid.']);
  const linked = await complete(accounts, wrong, { user: 'bob', pass: password });
  expect(await callWith(linked)).toContain('bob.example');
  const { data } = await server.here.uapi('bob', 'ExternalAuthentication::get_authn_links');
  expect(data).toMatchObject([{ provider_id: 'staff', subject_unique_identifier: 'subject-1' }]);
});

test('root’s identity does not log in here, and an account’s does not log in to WHM', async () => {
  await link('root');
  const root = await logIn(accounts);
  expect([root.status, alertOf(root)]).toEqual([401, expect.stringContaining('no account of this server')]);
  await enable('whostmgrd');
  await link('bob');
  // Both are linked: each door offers only those who can log in there.
  expect(await callWith(await logIn(accounts))).toContain('bob.example');
  const inWhm = await logIn(whm);
  expect([inWhm.status, cookiesOf(inWhm)]).toEqual([200, expect.stringContaining('whostmgrsession=')]);
});

test('a login ends at the door where it began, and needs its provider there', async () => {
  await link('bob');
  await enable('whostmgrd');
  const elsewhere = await logIn(whm, accounts);
  expect([elsewhere.status, alertOf(elsewhere)]).toEqual([401, expect.stringContaining('has expired')]);
  await server.here.call('unlink_user_authn_provider', {
    ...{ username: 'bob', provider_id: 'staff', subject_unique_identifier: 'subject-1' },
  });
  const proven = await logIn(whm);
  await server.here.call('disable_authentication_provider', {
    provider_id: 'staff',
    service_name: 'cpaneld',
  });
  const linking = await complete(accounts, proven, { user: 'bob', pass: password });
  expect([linking.status, alertOf(linking)]).toEqual([401, expect.stringContaining('not enabled')]);
  const begun = await accounts('/openid_connect/staff', { headers: { accept: 'text/html' } });
  expect(alertOf(begun)).toContain('not enabled');
});

test('a suspended account cannot log in', async () => {
  await link('bob');
  await server.here.call('suspendacct', { user: 'bob' });
  const reply = await logIn(accounts);
  expect([reply.status, alertOf(reply)]).toEqual([401, expect.stringContaining('suspended')]);
});

test('an identity opens webmail only if the provider is enabled for it', async () => {
  const webmail: Ask = (path, init) => server.askWebmail(path, init);
  await link('bob');
  expect((await webmail('/openid_connect/staff', { headers: { accept: 'text/html' } })).status).toBe(401);
  await enable('webmaild');
  const entered = await logIn(webmail);
  const cookie = /webmailsession=[0-9a-f]{32}/.exec(cookiesOf(entered))?.[0] ?? '';
  const page = await server.askWebmail(`${sessionOf(entered).path}/roundcube/`, { headers: { cookie } });
  expect([page.status, page.text.includes('A sandbox runs no Roundcube')]).toEqual([503, true]);
  await server.here.call('add_override_features_for_user', { user: 'bob', features: '{"webmail":0}' });
  expect(alertOf(await logIn(webmail))).toBe(
    'This identity may not log in here: its user is suspended, has no webmail, or is no account of this server.',
  );
});
