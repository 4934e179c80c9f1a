// Integration::fetch_url: the application is a real HTTPS server.
import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { HttpsServer } from '../support/https-server.ts';
import { Installation } from '../support/installation.ts';

const TOKEN = 'unguessable-Token-7391';
const server = new HttpsServer();
beforeAll(() => server.start('billing.example'));
afterAll(() => server.stop());

let here: Installation;
beforeEach(async () => {
  server.reset();
  here = new Installation();
  const outbound = new Outbound({
    networks: ['127.0.0.0/8'],
    certificates: server.certificate,
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  here.overrides.machine = { ...here.engine.machine, outbound: async () => outbound };
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example` });
});
afterEach(() => here.remove());

const create = async (args: Record<string, string> = {}) => {
  const { metadata } = await here.call('create_integration_link', {
    ...{ user: 'bob', app: 'billing', implements: 'billing', label: 'Billing', subscriber_unique_id: '12' },
    ...{ token: TOKEN, autologin_token_url: server.url('billing.example') },
    ...args,
  });
  expect(metadata.reason).toBe('OK');
};
const fetchUrl = (user = 'bob', app = 'billing') => here.uapi(user, 'Integration::fetch_url', { app });

describe('Integration::fetch_url', () => {
  it('asks the application to log the account in', async () => {
    await create({ url: 'https://billing.example/' });
    server.answer = () => ({ body: '{"redirect_url":"https://billing.example/?session=1"}' });
    expect((await fetchUrl()).data).toEqual({
      redirect_url: 'https://billing.example/?session=1',
      url: 'https://billing.example/',
    });
    const [request] = server.received;
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      ...{ app: 'billing', token: TOKEN, user: 'bob', subscriber_unique_id: '12' },
    });
  });

  it('returns the URL without a login if the application does not log in, or there is none', async () => {
    await create({ url: 'https://billing.example/' });
    server.answer = () => ({ body: '<html>' });
    expect((await fetchUrl()).data).toMatchObject({ redirect_url: 'https://billing.example/' });
    await create({ app: 'manual', autologin_token_url: '', url: 'http://www.example.com/manual' });
    const before = server.received.length;
    expect((await fetchUrl('bob', 'manual')).data).toMatchObject({
      redirect_url: 'http://www.example.com/manual',
    });
    expect(server.received.length).toBe(before);
  });

  it('fails with what to do, and never shows the token', async () => {
    await create();
    server.answer = () => ({ body: '{"retry":5,"attempt":1}' });
    const later = await fetchUrl();
    expect(later.errors).toEqual(['The application is not ready. Try again in 5 seconds.']);
    server.answer = () => ({ body: '{"redirect_url":"javascript:alert(1)"}' });
    const wrong = await fetchUrl();
    expect(wrong.errors).toEqual(['“Billing” did not log you in.']);
    expect(JSON.stringify([later, wrong])).not.toContain(TOKEN);
  });

  it('asks nobody in a dry run', async () => {
    await create({ url: 'https://billing.example/' });
    const { data } = await here.call(
      'uapi_cpanel',
      {
        'cpanel.user': 'bob',
        'cpanel.module': 'Integration',
        'cpanel.function': 'fetch_url',
        app: 'billing',
      },
      { dryRun: true },
    );
    expect(data?.uapi).toMatchObject({ data: { redirect_url: 'https://billing.example/' } });
    expect(server.received).toEqual([]);
  });

  it('knows neither hidden links nor those of another account', async () => {
    await create({ hide: '1' });
    await create({ app: 'cart' });
    for (const [user, app] of [
      ['bob', 'billing'],
      ['eve', 'cart'],
    ] as const)
      expect((await fetchUrl(user, app)).errors).toEqual([`The account has no integration link “${app}”.`]);
    expect(server.received).toEqual([]);
  });
});
