// Integration links on the page: the overview lists them, and following one logs the user in to the application.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { makeCertificate, ScriptedServer, type Certificate } from '../remote/servers.ts';
import { sessionOf, TestServer, type Reply } from '../support/server.ts';

const pass = 'another four Words, Quagmire';
const TOKEN = 'unguessable-Token-7391';
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let certificate: Certificate;
let server: TestServer;
let application: ScriptedServer;
let session: { readonly cookie: string; readonly path: string };
beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(async () => {
  [server, application] = await Promise.all([TestServer.start(), ScriptedServer.start(certificate)]);
  const { here } = server;
  const file = join(here.directory, 'issuer.pem');
  writeFileSync(file, certificate.cert);
  const outbound = new Outbound({ networks: ['127.0.0.0/8'], certificates: file });
  here.overrides.machine = { ...here.engine.machine, outbound: async () => outbound };
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: pass });
  await here.call('setupreseller', { user: 'bob' });
  session = sessionOf(await server.logIn({ user: 'bob', pass, login_only: '1' }));
});
afterEach(async () => {
  await Promise.all([server.stop(), application.stop()]);
});

const create = async (args: Record<string, Json> = {}) => {
  const { metadata } = await server.here.call('create_integration_link', {
    user: 'bob',
    app: 'WHMCS_billing',
    implements: 'billing',
    label: 'Billing <b>',
    subscriber_unique_id: '12&34',
    token: TOKEN,
    autologin_token_url: `https://${application.host}/login?from=here`,
    ...args,
  });
  expect(metadata.reason).toBe('OK');
};
const get = (path: string): Promise<Reply> =>
  server.ask(session.path + path, { headers: { cookie: session.cookie, accept: 'text/html' } });
const follow = (query = '') => get(`/integration/WHMCS_billing${query}`);
const where = ({ status, headers }: Reply) => [status, headers.get('location')];

test('the overview lists the visible links of the visitor’s account, by group', async () => {
  await server.here.call('create_integration_group', {
    user: 'bob',
    group_id: 'shop',
    label: 'Shop',
    order: '1',
  });
  await create({ group_id: 'email' });
  await create({ app: 'hidden', hide: '1' });
  await create({ app: 'cart', group_id: 'shop', label: 'Cart', base64_png_image: PNG });
  await create({ app: 'help', label: 'Help' });
  const { text } = await get('/overview.json');
  expect((JSON.parse(text) as { links: unknown }).links).toEqual([
    { path: 'integration/help', label: 'Help', image: '', group: '' },
    { path: 'integration/cart', label: 'Cart', image: PNG, group: 'Shop' },
    { path: 'integration/WHMCS_billing', label: 'Billing <b>', image: '', group: 'Email' },
  ]);
  expect(text).not.toContain(TOKEN);
});

test('a link sends the token to the application, and goes where that says', async () => {
  await create();
  application.script = () => ({ redirect_url: 'https://billing.example.com/?session=1' });
  expect(where(await follow())).toEqual([303, 'https://billing.example.com/?session=1']);
  const [request] = application.requests;
  expect(request?.path).toBe('/login?from=here');
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    app: 'WHMCS_billing',
    token: TOKEN,
    user: 'bob',
    subscriber_unique_id: '12&34',
  });
});

test('a link without a login goes to its URL, and sends nothing', async () => {
  await create({ autologin_token_url: '', url: 'http://www.example.com/manual' });
  expect(where(await follow())).toEqual([303, 'http://www.example.com/manual']);
  expect(application.requests).toEqual([]);
});

test('an application can ask to be asked again, three times in all', async () => {
  await create();
  application.script = () => ({ retry: 500, attempt: 1 });
  const first = await follow();
  expect([first.status, first.text]).toEqual([503, expect.stringContaining('Try again in 60 seconds.')]);
  expect(first.text).toContain('/integration/WHMCS_billing?attempt=2"');
  expect((await follow('?attempt=2')).text).toContain('attempt=3"');
  const last = await follow('?attempt=3');
  expect(last.text).toContain('“Billing &lt;b&gt;” did not log you in.');
  expect(last.text).not.toContain(TOKEN);
});

test.each([
  ['no JSON', '<html>'],
  ['another kind of URL', { redirect_url: 'javascript:alert(1)' }],
  ['no URL', { redirect_url: '/path' }],
  ['null', 'null'],
])('if the application answers with %s, the link goes to its own URL', async (_what, answer) => {
  await create({ url: 'https://www.example.com/' });
  application.script = () => answer;
  expect(where(await follow())).toEqual([303, 'https://www.example.com/']);
});

test('without its own URL, the page says what is wrong', async () => {
  await create({ autologin_token_url: 'https://169.254.169.254/latest' });
  const { status, text } = await follow();
  expect([status, text]).toEqual([503, expect.stringContaining('169.254.169.254 is not a public address')]);
});

test('hidden links, unknown ones and those of other users are not found', async () => {
  await server.here.call('createacct', { username: 'carol', domain: 'carol.example' });
  await create({ user: 'carol' });
  await create({ app: 'hidden', hide: '1' });
  const paths = ['WHMCS_billing', 'hidden', 'none', '%2e%2e%2fetc'];
  const replies = await Promise.all(paths.map((path) => get(`/integration/${path}`)));
  expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect(application.requests).toEqual([]);
});

test('without a session, nothing is sent', async () => {
  await create();
  const reply = await server.ask(`${session.path}/integration/WHMCS_billing`);
  expect(where(reply)).toEqual([303, '/']);
  expect(application.requests).toEqual([]);
});

test('get_users_links has the paths of the page', async () => {
  await create();
  await create({ app: 'other', order: '1' });
  await create({
    app: 'help',
    implements: 'support',
    autologin_token_url: '',
    url: 'https://www.example.com/',
  });
  const { data } = await server.here.call('get_users_links', { user: 'bob' });
  expect(data).toEqual({
    overview: '/',
    two_factor: '/two-factor',
    api_shell: '/api-shell',
    billing: '/integration/WHMCS_billing',
    support: '/integration/help',
  });
  application.script = () => ({ redirect_url: 'https://billing.example.com/' });
  const replies = await Promise.all(Object.values(data ?? {}).map((path) => get(path as string)));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 303, 303]);
});
