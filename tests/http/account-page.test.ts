// The pages of accounts as the server sends them, and the data of their API Shell.
import { sessionOf, TestServer, type Reply } from '../support/server.ts';

const password = 'another four Words, Quagmire';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithAccounts();
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterAll(() => server.stop());

interface Session {
  readonly cookie: string;
  readonly path: string;
}

async function logIn(): Promise<Session> {
  const body = new URLSearchParams({ user: 'bob', pass: password, login_only: '1' });
  return sessionOf(await server.askAccounts('/login/', { method: 'POST', body }));
}

const get = ({ cookie, path }: Session, rest: string): Promise<Reply> =>
  server.askAccounts(path + rest, { headers: { cookie } });

function callInShell({ cookie, path }: Session, name: string, body: object): Promise<Reply> {
  return server.askAccounts(`${path}/api-shell/call/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const pages = ['/', '/domains', '/two-factor', '/api-shell'];
const data = ['/functions.json', '/functions/Quota::get_quota_info.json', '/settings.json'];

test('the pages need a session, and have the security headers', async () => {
  const session = await logIn();
  for (const path of [...pages, ...data]) {
    const { status, headers, text } = await get(session, path);
    expect([path, status]).toEqual([path, 200]);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(text).not.toMatch(
      /<script(?![^>]* src="\/assets\/)|<style|\sstyle=|\son\w+=|javascript:|https?:/i,
    );
    const without = await server.askAccounts(session.path + path);
    expect([path, without.status]).toEqual([path, path.endsWith('.json') ? 403 : 303]);
  }
  expect((await get(session, '')).headers.get('location')).toBe(`${session.path}/`);
  // A page of WHM.
  expect((await get(session, '/overview.json')).status).toBe(404);
});

test('the login page says for whom it is', async () => {
  expect((await server.askAccounts('/')).text).toContain('For hosting accounts');
  expect((await server.ask('/')).text).not.toContain('For hosting accounts');
});

test('an account without a feature has neither the page nor the functions', async () => {
  const session = await logIn();
  const names = async () =>
    (JSON.parse((await get(session, '/functions.json')).text) as { name: string }[]).map(({ name }) => name);
  const tfa = 'TwoFactorAuth::get_user_configuration';
  const help = `/functions/${encodeURIComponent(tfa)}.json`;
  expect(await names()).toContain(tfa);
  expect(JSON.parse((await get(session, help)).text)).toMatchObject({
    name: tfa,
    family: 'TwoFactorAuth',
    access: expect.stringMatching(
      /requires the feature “twofactorauth” of .*\. Available in cPanel since version 54\.$/,
    ) as string,
  });
  const override = { user: 'bob', features: '{"twofactorauth":0}' };
  await server.here.call('add_override_features_for_user', override);
  expect(await names()).not.toContain(tfa);
  expect((await get(session, help)).status).toBe(404);
  const page = await get(session, '/two-factor');
  expect([page.status, page.text]).toEqual([403, expect.stringContaining('<code>twofactorauth</code>')]);
  expect((await get(session, '/')).text).not.toContain('/two-factor"');
  await server.here.call('remove_override_features_for_user', { user: 'bob', features: '["twofactorauth"]' });
  expect((await get(session, '/two-factor')).text).toContain('data-policy="off"');
});

test('the API Shell knows no function of WHM, and no other names', async () => {
  const session = await logIn();
  for (const name of ['listaccts', '__proto__', 'DomainInfo::', '::', '%2e%2e']) {
    expect([name, (await get(session, `/functions/${name}.json`)).status]).toEqual([name, 404]);
    const { text } = await callInShell(session, name, {});
    expect(JSON.parse(text)).toMatchObject({ result: 0 });
  }
});

test('a call of the API Shell gets the response of UAPI as JSON and YAML, and its list as a table', async () => {
  const session = await logIn();
  const { text } = await callInShell(session, 'ResourceUsage::get_usages', {
    'api.filter_column_0': 'id',
    'api.filter_type_0': 'eq',
    'api.filter_term_0': 'subdomains',
    'api.columns_0': 'usage',
  });
  const answer = JSON.parse(text) as { texts: Record<string, { text: string }> };
  expect(answer).toMatchObject({ result: 1, table: { columns: ['usage'], rows: [[0]], total: 1 } });
  expect(Object.keys(answer.texts)).toEqual(['json', 'yaml']);
  expect(JSON.parse(answer.texts.json?.text ?? '')).toMatchObject({ data: [{ usage: 0 }], status: 1 });
  expect(server.here.audit().at(-1)).toMatchObject({
    caller: 'bob',
    function: 'ResourceUsage::get_usages',
    authentication: 'session',
  });
  const failed = await callInShell(session, 'SubDomain::addsubdomain', { domain: 'x', 'api.dry_run': 1 });
  expect(JSON.parse(failed.text)).toMatchObject({
    result: 0,
    errorCode: 'missing_param',
    faults: [{ param: 'rootdomain' }],
  });
});
