import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { HostileProvider } from '../support/hostile-provider.ts';
import { Installation } from '../support/installation.ts';

const WHM = 'whostmgrd';
const SUBJECT = '110169484474386276334';
const NOW = Date.parse('2026-03-01T12:00:10Z') / 1000;

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const configure = (configurations: Json, provider_id = 'google', service_name = WHM) =>
  here.call('set_provider_client_configurations', {
    provider_id,
    service_name,
    configurations: typeof configurations === 'string' ? configurations : JSON.stringify(configurations),
  });
const configuration = async (provider_id = 'google', service_name = WHM) =>
  (await here.call('get_provider_client_configurations', { provider_id, service_name })).data
    ?.client_configurations;
const enable = (provider_id = 'google', service_name = WHM) =>
  here.call('enable_authentication_provider', { provider_id, service_name });
const listed = async (id: string) => {
  const { data } = await here.call('get_available_authentication_providers');
  return (data?.providers as Record<string, Json>[]).find((one) => one.id === id);
};
const links = async () =>
  (await here.call('get_users_authn_linked_accounts')).data?.username_linked_accounts as Record<
    string,
    Json
  >[];
const link = (args: Record<string, string> = {}) =>
  here.call('link_user_authn_provider', {
    username: 'bob',
    provider_id: 'google',
    subject_unique_identifier: SUBJECT,
    preferred_username: 'bob@example.com',
    ...args,
  });

describe('get_available_authentication_providers', () => {
  it('lists the known providers, which are neither configured nor enabled at first', async () => {
    const { data } = await here.call('get_available_authentication_providers');
    expect((data?.providers as Record<string, Json>[]).map(({ id }) => id)).toEqual([
      'google',
      'keycloak',
      'microsoft',
      'openid',
    ]);
    expect(await listed('google')).toEqual({
      id: 'google',
      provider_name: 'google',
      display_name: 'Google',
      label: 'Log in with Google',
      color: 'c5221f',
      textcolor: 'FFFFFF',
      icon: '',
      icon_type: 'image/png',
      documentation_url: 'https://developers.google.com/identity/openid-connect/openid-connect',
      configured: 0,
      cpaneld_enabled: 0,
      webmaild_enabled: 0,
      whostmgr_enabled: 0,
      cpaneld_link: 'https://server.example.com:2083/openid_connect/google',
      webmaild_link: 'https://server.example.com:2096/openid_connect/google',
      whostmgrd_link: 'https://server.example.com:2087/openid_connect/google',
    });
  });

  it('lists a provider that the administrator added', async () => {
    await configure({ client_id: 'whm', issuer: 'https://sso.example.com/realms/staff' }, 'staff');
    expect(await listed('staff')).toMatchObject({
      label: 'Log in with staff',
      configured: 1,
      whostmgr_enabled: 0,
    });
  });
});

describe('set_provider_client_configurations and get_provider_client_configurations', () => {
  it('store a registration, whose secret is encrypted and in no log', async () => {
    expect((await configure({ client_id: '123', client_secret: 'victoria' })).metadata.result).toBe(1);
    expect(await configuration()).toEqual({
      client_id: '123',
      client_secret: 'victoria',
      issuer: 'https://accounts.google.com',
      redirect_uris: ['https://server.example.com:2087/openid_connect_callback/google'],
    });
    const rows = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all('SELECT * FROM identity_provider'),
      keep: false,
    }));
    expect(JSON.stringify(rows)).not.toContain('victoria');
    expect(JSON.stringify(here.audit())).not.toContain('victoria');
  });

  it('keep omitted fields, and clear the secret if it is empty', async () => {
    await configure({ client_id: '123', client_secret: 'victoria' });
    await configure({ client_id: '456' });
    expect(await configuration()).toMatchObject({ client_id: '456', client_secret: 'victoria' });
    await configure({ client_secret: '' });
    expect(await configuration()).toMatchObject({ client_id: '456', client_secret: '' });
  });

  it('remove a registration without a client ID, and the provider if it was an added one', async () => {
    await configure({ client_id: 'whm', issuer: 'https://sso.example.com' }, 'staff');
    await enable('staff');
    await configure({ client_id: '' }, 'staff');
    expect(await listed('staff')).toBeUndefined();
    expect(
      (await here.call('get_provider_client_configurations', { provider_id: 'staff', service_name: WHM }))
        .metadata,
    ).toMatchObject({ error_code: 'not_found' });
  });

  it('store the registration of each service by itself', async () => {
    const { metadata } = await configure({ client_id: '123' }, 'google', 'webmaild');
    expect(metadata.output?.warnings).toBeUndefined();
    expect(await configuration('google', 'webmaild')).toMatchObject({
      client_id: '123',
      redirect_uris: ['https://server.example.com:2096/openid_connect_callback/google'],
    });
    expect(await configuration()).toMatchObject({ client_id: '' });
  });

  it.each([
    ['"text"', 'google', 'The parameter “configurations” should be a JSON object such as'],
    ['{}', 'google', 'The parameter “configurations” sets nothing.'],
    [
      '{"client":"1"}',
      'google',
      '“configurations” has the unknown field “client”. It can have client_id, client_secret, issuer.',
    ],
    ['{"client_id":1}', 'google', 'The field “client_id” of “configurations” should be a text.'],
    ['{"client_secret":"s"}', 'google', '“configurations” lacks the field “client_id”.'],
    ['{"client_id":"1"}', 'keycloak', '“configurations” lacks the field “issuer”'],
    [
      '{"client_id":"1","issuer":"https://evil.example"}',
      'google',
      'The issuer of “google” is “https://accounts.google.com”.',
    ],
    [
      '{"client_id":"1","issuer":"ftp://a.example"}',
      'staff',
      'The field “issuer” of “configurations” should be an address',
    ],
    [
      '{"client_id":"1","issuer":"https://a.example/?x=1"}',
      'staff',
      'The field “issuer” of “configurations” should be an address',
    ],
    [
      '{"client_id":"1","issuer":"https://a:b@a.example/"}',
      'staff',
      'The field “issuer” of “configurations” should be an address',
    ],
    [
      '{"client_id":"1","issuer":"https://a.example/.well-known/openid-configuration"}',
      'staff',
      'The field “issuer” of “configurations” should end before “/.well-known/”.',
    ],
  ])('reject %s for %s, and change nothing', async (configurations, provider, reason) => {
    const { metadata } = await configure(configurations, provider);
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
    expect(metadata.reason).toContain(reason);
    expect(await listed(provider)).toEqual(
      provider === 'staff' ? undefined : expect.objectContaining({ configured: 0 }),
    );
  });
});

describe('get_provider_configuration_fields', () => {
  const fields = async (provider_id: string) =>
    (await here.call('get_provider_configuration_fields', { provider_id, service_name: WHM })).data
      ?.configuration_fields as Record<string, Json>[];

  it('lists the fields with their values', async () => {
    const shown = (rows: Record<string, Json>[]) =>
      rows.map(({ field_id, display_order, value }) => [field_id, display_order, value]);
    expect(shown(await fields('google'))).toEqual([
      ['client_id', 0, null],
      ['client_secret', 1, null],
    ]);
    await configure({ client_id: '1', client_secret: 's', issuer: 'https://sso.example.com' }, 'keycloak');
    expect(shown(await fields('keycloak'))).toEqual([
      ['client_id', 0, '1'],
      ['client_secret', 1, 's'],
      ['issuer', 2, 'https://sso.example.com'],
    ]);
  });
});

describe('set_provider_display_configurations and get_provider_display_configurations', () => {
  const set = (configurations: Json, provider_id = 'google') =>
    here.call('set_provider_display_configurations', { provider_id, service_name: WHM, configurations });
  const shown = async (service = WHM) => {
    const { data } = await here.call('get_provider_display_configurations', { provider_id: 'google' });
    return (data?.configurations as Record<string, Json>[]).find((one) => one.service === service);
  };

  it('change one service, and restore a default', async () => {
    await set({ color: '334488', textcolor: 'eeeeee', display_name: 'Hosting Center' });
    expect(await shown()).toEqual({
      service: WHM,
      provider_name: 'google',
      display_name: 'Hosting Center',
      label: 'Log in with Hosting Center',
      color: '334488',
      textcolor: 'eeeeee',
      icon: '',
      icon_type: 'image/png',
      documentation_url: 'https://developers.google.com/identity/openid-connect/openid-connect',
      link: '/openid_connect/google',
    });
    expect(await shown('cpaneld')).toMatchObject({ display_name: 'Google' });
    await set({ display_name: '' });
    expect(await shown()).toMatchObject({ display_name: 'Google', color: '334488' });
  });

  it.each([
    [
      { color: '#334488' },
      'The field “color” of “configurations” should be six hexadecimal digits without “#”',
    ],
    [{ color: '334488; background: url(https://evil.example)' }, 'The field “color”'],
    [
      { label: '', icon: 'not base64!' },
      'The field “icon” of “configurations” should be an image of at most 48 KiB',
    ],
    [{ icon_type: 'text/html' }, 'The field “icon_type” of “configurations” should be image/png'],
    [{ documentation_url: 'javascript:alert(1)' }, 'The field “documentation_url”'],
    [{ link: '/x' }, '“configurations” has the unknown field “link”.'],
  ])('reject %j, and change nothing', async (configurations, reason) => {
    const before = await shown();
    const { metadata } = await set(configurations);
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
    expect(metadata.reason).toContain(reason);
    expect(await shown()).toEqual(before);
  });

  it('reject an unknown provider', async () => {
    expect((await set({ color: '334488' }, 'gogle')).metadata).toMatchObject({
      error_code: 'not_found',
      reason:
        'There is no identity provider “gogle”. get_available_authentication_providers lists them, and ' +
        'set_provider_client_configurations adds one.',
    });
  });
});

describe('enable_authentication_provider and disable_authentication_provider', () => {
  it('enable a configured provider, and disable it', async () => {
    await configure({ client_id: '1' });
    await enable();
    expect(await listed('google')).toMatchObject({ whostmgr_enabled: 1, cpaneld_enabled: 0 });
    await here.call('disable_authentication_provider', { provider_id: 'google', service_name: WHM });
    expect(await listed('google')).toMatchObject({ whostmgr_enabled: 0, configured: 1 });
  });

  it('reject a provider that is not configured', async () => {
    expect((await enable()).metadata).toMatchObject({
      error_code: 'disabled',
      reason:
        'The identity provider “google” is not configured for “whostmgrd”. Register this server there, and store the ' +
        'client ID with set_provider_client_configurations first.',
    });
    expect((await enable('gogle')).metadata.error_code).toBe('not_found');
  });
});

describe('disable_failing_authentication_providers', () => {
  let provider: HostileProvider;
  beforeEach(async () => {
    provider = await HostileProvider.start();
    await configure({ client_id: '1', issuer: provider.issuer }, 'keycloak');
    await enable('keycloak');
  });
  afterEach(() => provider.stop());
  const check = async () => (await here.call('disable_failing_authentication_providers')).data?.payload;

  it('keeps a provider that works', async () => {
    expect(await check()).toEqual([]);
    expect(await listed('keycloak')).toMatchObject({ whostmgr_enabled: 1 });
  });

  it('disables one that does not respond, for all services, and leaves the others', async () => {
    const other = await HostileProvider.start();
    other.discoveryAnswer = 'hang up';
    await configure({ client_id: '1', issuer: other.issuer }, 'staff');
    await configure({ client_id: '1', issuer: other.issuer }, 'staff', 'cpaneld');
    await enable('staff');
    await enable('staff', 'cpaneld');
    expect(await check()).toEqual([
      {
        provider_name: 'staff',
        provider_namespace: other.issuer,
        provider_failure: `The identity provider ${other.issuer} cannot be used: UND_ERR_SOCKET.`,
        disabled_services: ['cpaneld', WHM],
        failures_to_disable: [],
      },
    ]);
    await other.stop();
    expect(await listed('staff')).toMatchObject({ whostmgr_enabled: 0, cpaneld_enabled: 0, configured: 1 });
    expect(await listed('keycloak')).toMatchObject({ whostmgr_enabled: 1 });
  });

  it.each([
    ['metadata of another issuer', 'its metadata names another issuer', { issuer: 'https://evil.example' }],
    ['no token endpoint', 'its metadata has no valid “token_endpoint”', { token_endpoint: undefined }],
    [
      'an endpoint without TLS',
      'it uses “http://evil.example”, which is not an HTTPS address',
      { token_endpoint: 'http://evil.example/token' },
    ],
    ['keys that are none', 'it has no keys at', { jwks_uri: 'metadata' }],
  ])('disables one with %s', async (_what, reason, metadata) => {
    provider.metadata = metadata;
    expect(await check()).toMatchObject([{ provider_name: 'keycloak', disabled_services: [WHM] }]);
    await enable('keycloak');
    expect(((await check()) as Record<string, string>[])[0]?.provider_failure).toContain(reason);
  });

  it('disables one whose response is too large, or not JSON, or a redirect', async () => {
    for (const [answer, reason] of [
      ['huge', 'its response is larger than 1 MiB'],
      ['not json', 'its response is not JSON'],
      ['redirect', 'it responded with status 302'],
    ] as const) {
      await enable('keycloak');
      provider.discoveryAnswer = answer;
      expect(await check()).toMatchObject([{ provider_failure: expect.stringContaining(reason) as string }]);
    }
    // The rest of the large response was not read.
    expect(provider.sentBytes).toBeLessThan(64 * 1_048_576);
  });

  it('changes nothing in a dry run', async () => {
    provider.discoveryAnswer = 'not json';
    const { data } = await here.call('disable_failing_authentication_providers', {}, { dryRun: true });
    expect(data?.payload).toHaveLength(1);
    expect(await listed('keycloak')).toMatchObject({ whostmgr_enabled: 1 });
  });
});

describe('link_user_authn_provider, get_users_authn_linked_accounts and unlink_user_authn_provider', () => {
  beforeEach(async () => {
    await addAccounts(here, anAccount(), anAccount({ username: 'carol' }));
    await configure({ client_id: '1' });
  });
  const unlink = (args: Record<string, string> = {}) =>
    here.call('unlink_user_authn_provider', {
      username: 'bob',
      provider_id: 'google',
      subject_unique_identifier: SUBJECT,
      ...args,
    });
  const bobsLink = {
    username: 'bob',
    provider_id: 'google',
    provider_protocol: 'openid_connect',
    subject_unique_identifier: SUBJECT,
    preferred_username: 'bob@example.com',
    link_time: NOW,
  };

  it('link, list and unlink', async () => {
    await link();
    await link({ username: 'carol' });
    expect(await links()).toEqual([bobsLink, { ...bobsLink, username: 'carol' }]);
    await link({ preferred_username: 'robert@example.com' });
    expect((await links())[0]).toEqual({ ...bobsLink, preferred_username: 'robert@example.com' });
    await unlink();
    expect(await links()).toEqual([{ ...bobsLink, username: 'carol' }]);
  });

  it('reject unknown users, providers and links, and providers without an issuer', async () => {
    expect((await link({ username: 'nobody' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “nobody”.',
    });
    expect((await link({ provider_id: 'gogle' })).metadata.error_code).toBe('not_found');
    expect((await link({ provider_id: 'keycloak' })).metadata.error_code).toBe('disabled');
    expect((await link({ subject_unique_identifier: 'ü' })).metadata.error_code).toBe('bad_param');
    expect((await unlink()).metadata).toMatchObject({
      error_code: 'not_found',
      reason: `“bob” is not linked to the identity “${SUBJECT}” of “google”. get_users_authn_linked_accounts lists the links.`,
    });
    expect(await links()).toEqual([]);
  });

  it('links follow a renamed account, and go with a dismissed reseller and a removed account', async () => {
    await here.call('createacct', {
      username: 'dora',
      domain: 'dora.example',
      password: 'four unusual Words, 7',
    });
    await here.call('setupreseller', { user: 'dora' });
    await link({ username: 'dora' });
    expect((await here.call('modifyacct', { user: 'dora', newuser: 'dina' })).metadata.result).toBe(1);
    expect((await links()).map(({ username }) => username)).toEqual(['dina']);
    await here.call('unsetupreseller', { user: 'dina' });
    expect(await links()).toEqual([]);
    await link({ username: 'dina' });
    await here.call('removeacct', { username: 'dina' });
    expect(await links()).toEqual([]);
  });
});
