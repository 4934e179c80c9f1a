// The ways to reach the administrators, against a real HTTPS server on 127.0.0.1.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { HttpsServer } from '../support/https-server.ts';
import { Installation, reseller } from '../support/installation.ts';

const server = new HttpsServer();
beforeAll(() => server.start('hook.example', 'push.example'));
afterAll(() => server.stop());

let here: Installation;
beforeEach(() => {
  server.reset();
  here = new Installation();
  const address = (name: string) => (name === 'inside.example' ? '169.254.169.254' : '127.0.0.1');
  const outbound = new Outbound({
    networks: ['127.0.0.0/8'],
    certificates: server.certificate,
    pushbullet: server.url('push.example'),
    lookup: async (name) => [{ address: address(name), family: 4 }],
  });
  here.overrides.machine = { ...here.engine.machine, outbound: async () => outbound };
});
afterEach(() => here.remove());

const set = async (key: string, value: string) =>
  (await here.call('set_tweaksetting', { key, value, module: 'Basic' })).metadata;
const get = async (key: string) =>
  (
    (await here.call('get_tweaksetting', { key, module: 'Basic' })).data as {
      tweaksetting: { value: string };
    }
  ).tweaksetting.value;
/** All files of the installation as text. */
const stored = () =>
  readdirSync(here.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
const formOf = (body: string) => Object.fromEntries(new URLSearchParams(body));

describe('update_contact_email', () => {
  it('sets CONTACTEMAIL', async () => {
    const { metadata } = await here.call('update_contact_email', { contact_email: 'ann@example.com' });
    expect(metadata.reason).toBe('OK');
    expect(metadata.output).toBeUndefined();
    expect(await get('CONTACTEMAIL')).toBe('ann@example.com');
    await here.call('update_contact_email', { contact_email: 'ann@example.com,bo@example.com' });
    expect(await get('CONTACTEMAIL')).toBe('ann@example.com,bo@example.com');
  });

  it.each(['ann', 'ann@example', '-t@example.com', 'ann@example.com\nbcc: x@y.z', 'a@b.c;d@e.f', ''])(
    'rejects %j',
    async (contact_email) => {
      await here.call('update_contact_email', { contact_email: 'ann@example.com' });
      const { metadata } = await here.call('update_contact_email', { contact_email });
      expect(metadata.error_code).toMatch(/^(?:bad|missing)_param$/);
      expect(await get('CONTACTEMAIL')).toBe('ann@example.com');
    },
  );

  it('is for root', async () => {
    const { metadata } = await here.call(
      'update_contact_email',
      { contact_email: 'ann@example.com' },
      { as: reseller('rita', 'public-contact') },
    );
    expect(metadata.error_code).toBe('denied');
  });
});

describe('the secret settings', () => {
  it.each([
    ['CONTACTPUSHBULLET', 'o.Secret123'],
    ['CONTACTPOSTURL', 'https://hook.example/?key=Secret123'],
  ])('%s is stored encrypted, and never written to a log', async (key, value) => {
    expect((await set(key, value)).reason).toBe('OK');
    expect(await get(key)).toBe(value);
    expect(stored()).not.toContain('Secret123');
    expect(here.audit()[0]?.arguments).toContainEqual(['value', '***']);
    await set(key, '');
    expect(await get(key)).toBe('');
  });

  it.each([
    ['CONTACTPUSHBULLET', 'Secret 123'],
    ['CONTACTPOSTURL', 'http://hook.example/?key=Secret123'],
    ['CONTACTPUSHBULET', 'Secret123'],
  ])('%s does not repeat the invalid value %s', async (key, value) => {
    const { error_code, reason } = await set(key, value);
    expect(error_code).toBe('bad_param');
    expect(reason).not.toContain('123');
    expect(stored()).not.toContain(value);
  });

  it('leaves other settings readable in the audit log', async () => {
    await set('CONTACTEMAIL', 'ann@example.com');
    await set('contact_level_email', 'high');
    expect(here.audit().map(({ arguments: given }) => given)).toEqual([
      expect.arrayContaining([['value', 'ann@example.com']]),
      expect.arrayContaining([['value', 'high']]),
    ]);
  });
});

describe('send_test_posturl', () => {
  const send = (url: string, options = {}) => here.call('send_test_posturl', { url }, options);

  it('posts the form of a notification', async () => {
    const { data } = await send(server.url('hook.example', '/in?key=1'));
    const id = data?.message_id as string;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(server.received).toMatchObject([
      {
        ...{ method: 'POST', path: '/in?key=1' },
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ]);
    expect(formOf(server.received[0]?.body ?? '')).toEqual({
      hostname: 'server.example.com',
      subject: `Test message (ID ${id})`,
      body: expect.stringContaining(id) as string,
    });
  });

  it('fails if the address does not accept it, without its query', async () => {
    server.answer = () => ({ status: 404 });
    const { metadata } = await send(server.url('hook.example', '/in?key=Secret123'));
    expect(metadata).toMatchObject({
      error_code: 'host_failed',
      reason: `https://hook.example:${server.port} does not accept the message: it answers with the status 404 (Not Found).`,
    });
    expect(stored()).not.toContain('Secret123');
  });

  it('does not follow a redirect', async () => {
    server.answer = () => ({ status: 307, headers: { location: 'https://169.254.169.254/' } });
    const { metadata } = await send(server.url('hook.example'));
    expect(metadata.reason).toContain('redirects the message, which is not followed');
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['https://169.254.169.254/latest?Secret123', '169.254.169.254 is not a public address'],
    ['https://inside.example/?Secret123', '“inside.example” has the address 169.254.169.254'],
    ['https://[::ffff:10.0.0.1]/?Secret123', 'is not a public address'],
    ['http://hook.example/?Secret123', 'a web address that begins with https://'],
    ['https://user:Secret123@hook.example/', 'without a username or password'],
  ])('rejects %s', async (url, reason) => {
    const { metadata } = await send(url);
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain(reason);
    expect(metadata.reason).not.toContain('Secret123');
  });

  it('sends nothing in a dry run', async () => {
    const { metadata } = await send(server.url('hook.example'), { dryRun: true });
    expect(metadata.output?.messages).toContain('In a dry run, no test message is sent.');
    expect(server.received).toEqual([]);
  });
});

describe('verify_posturl_access', () => {
  interface Result {
    readonly url: string;
    readonly result: { readonly message_id: string; readonly payload: Record<string, unknown> };
  }

  it('tries every stored address, and reports each result', async () => {
    const urls = [
      server.url('hook.example', '/a,b?x=1,2'),
      server.url('hook.example', '/no'),
      'https://inside.example/',
    ];
    await set('CONTACTPOSTURL', urls.join(','));
    server.answer = ({ path }) => (path === '/no' ? { status: 500, body: 'no' } : { body: 'yes' });
    const { data, metadata } = await here.call('verify_posturl_access');
    expect(metadata.result).toBe(1);
    const { results } = data as never as { results: Result[] };
    expect(results.map(({ url }) => url)).toEqual(urls);
    expect(results.map(({ result }) => result.payload)).toMatchObject([
      { success: 1, status: '200', content: 'yes', protocol: 'HTTP/1.1', url: urls[0] },
      { success: 0, status: '500', content: 'no' },
      { success: 0, status: '', reason: expect.stringContaining('169.254.169.254') as string },
    ]);
    expect(formOf(server.received[0]?.body ?? '').subject).toContain(results[0]?.result.message_id);
  });

  it('says what to set if there is none', async () => {
    const { data, metadata } = await here.call('verify_posturl_access');
    expect(data).toEqual({ results: [] });
    expect(metadata.output?.messages?.[0]).toContain('CONTACTPOSTURL');
  });
});

describe('send_test_pushbullet_note', () => {
  const send = () => here.call('send_test_pushbullet_note', { access_token: 'o.Secret123' });

  it('creates a note, and returns what Pushbullet answered', async () => {
    server.answer = () => ({ body: '{"active":true,"iden":"x1"}' });
    const { data } = await send();
    expect(data?.payload).toEqual({ active: 1, iden: 'x1' });
    const [note] = server.received;
    expect([note?.host, note?.path, note?.headers['access-token']]).toEqual([
      'push.example',
      '/v2/pushes',
      'o.Secret123',
    ]);
    expect(JSON.parse(note?.body ?? '')).toEqual({
      type: 'note',
      title: `Test message (ID ${data?.message_id as string})`,
      body: expect.stringContaining('server.example.com') as string,
    });
    expect(stored()).not.toContain('Secret123');
  });

  it.each([
    [{ status: 401 }, 'Pushbullet does not accept the access token.'],
    [{ status: 503 }, 'it answers with the status 503 (Service Unavailable).'],
    [{ body: '<html>' }, 'Pushbullet does not answer with JSON.'],
  ])('fails with %j', async (answer, reason) => {
    server.answer = () => answer;
    const { metadata } = await send();
    expect(metadata.error_code).toBe('host_failed');
    expect(metadata.reason).toContain(reason);
  });

  it.each(['o.x y', 'o.x\r\nHost: a', 'ä'])('rejects the token %j', async (access_token) => {
    const { metadata } = await here.call('send_test_pushbullet_note', { access_token });
    expect(metadata.error_code).toBe('bad_param');
    expect(server.received).toEqual([]);
  });
});

describe('verify_pushbullet_access', () => {
  it('tries every stored account', async () => {
    await set('CONTACTPUSHBULLET', 'o.one, o.two');
    server.answer = ({ headers }) =>
      headers['access-token'] === 'o.one' ? { body: '{"iden":"x1"}' } : { status: 401 };
    const { data } = await here.call('verify_pushbullet_access');
    expect(data?.results).toMatchObject([
      { access_token: 'o.one', result: { payload: { iden: 'x1' } } },
      {
        access_token: 'o.two',
        result: { payload: { error: expect.stringContaining('access token') as string } },
      },
    ]);
  });
});

describe.each([
  ['verify_aim_access', 'December 2017'],
  ['verify_icq_access', 'June 2024'],
  ['verify_oscar_access', 'June 2024'],
])('%s', (command, when) => {
  it('says that the network no longer exists', async () => {
    const { metadata } = await here.call(command, { username: '123456', password: 'Secret123' });
    expect(metadata.error_code).toBe('service_ended');
    expect(metadata.reason).toContain(`was shut down in ${when}`);
    expect(stored()).not.toContain('Secret123');
  });
});

it.each([
  ...['send_test_posturl', 'verify_posturl_access', 'send_test_pushbullet_note', 'verify_pushbullet_access'],
  ...['verify_aim_access', 'verify_icq_access', 'verify_oscar_access'],
])('%s is for root', async (command) => {
  const { metadata } = await here.call(
    command,
    { url: server.url('hook.example'), access_token: 'o.one' },
    { as: reseller('rita', 'public-contact') },
  );
  expect(metadata.error_code).toBe('denied');
  expect(server.received).toEqual([]);
});
