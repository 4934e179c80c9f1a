// Which logins by SSH, su and sudo need a second factor. tests/slow/system-logins.test.ts logs in under these rules.
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => (here = new Installation()));
afterEach(() => here.remove());

const GET = 'twofactorauth_get_system_login_rules';
const SET = 'twofactorauth_set_system_login_rules';
const DEFAULTS = { is_enabled: 0, required_for: 'none', exempt_users: [], exempt_networks: [] };

const enrolRoot = () =>
  here.call('twofactorauth_set_tfa_config', { secret: 'WJ73QJSKZBXCIFPZ', tfa_token: '605029' });

test('are changed one by one, and empty values clear them', async () => {
  expect((await here.call(GET)).data).toEqual(DEFAULTS);
  const { data } = await here.call(SET, {
    exempt_users: 'backup, ann,backup',
    exempt_networks: '192.0.2.77/24, 2001:db8::1',
  });
  const full = '2001:0db8:0000:0000:0000:0000:0000:0001';
  const expected = {
    ...DEFAULTS,
    exempt_users: ['backup', 'ann'],
    exempt_networks: ['192.0.2.0/24', full],
  };
  expect(data).toEqual(expected);
  await here.call(SET, { exempt_users: '' });
  expect((await here.call(GET)).data).toEqual({ ...expected, exempt_users: [] });
});

test('cannot lock root out', async () => {
  const refused = await here.call(SET, { required_for: 'resellers' });
  expect(refused.metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
  expect(refused.metadata.reason).toContain('root has not set up two-factor authentication');
  expect((await here.call(GET)).data).toEqual(DEFAULTS);

  expect((await here.call(SET, { required_for: 'all', exempt_users: 'root' })).metadata.result).toBe(1);
  expect((await here.call(SET, { exempt_users: '' })).metadata).toMatchObject({ error_code: 'bad_param' });
  expect((await enrolRoot()).metadata).toMatchObject({ result: 1 });
  expect((await here.call(SET, { exempt_users: '' })).metadata.result).toBe(1);
});

test.each([
  [{ exempt_users: 'Ann' }, 'up to 100 usernames, separated by commas'],
  [{ exempt_users: 'ann,,bob' }, 'up to 100 usernames, separated by commas'],
  [{ exempt_networks: '192.0.2.0/33' }, '192.0.2.0/33'],
  [{ exempt_networks: 'client.example' }, 'client.example'],
  [{ required_for: 'root' }, 'required_for'],
])('%j is rejected with the reason', async (args, reason) => {
  const { metadata } = await here.call(SET, args);
  expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
  expect(metadata.reason).toContain(reason);
  expect((await here.call(GET)).data).toEqual(DEFAULTS);
});

test('are for root, whose session must be confirmed to change them', async () => {
  for (const name of [GET, SET]) {
    expect((await here.call(name, {}, { as: reseller('bob', 'all-but-root') })).metadata).toMatchObject({
      error_code: 'denied',
    });
  }
  const session = { user: 'root', privileges: 'all', mustConfirm: true } as const;
  expect((await here.call(SET, { exempt_users: 'root' }, { as: session })).metadata).toMatchObject({
    error_code: 'confirmation_required',
  });
});

test('have no effect while the policy is disabled, and a warning says so', async () => {
  const warned = await here.call(SET, { exempt_users: 'ann' });
  expect(JSON.stringify(warned.metadata.output?.warnings)).toContain(
    'The two-factor authentication policy is disabled',
  );
  await here.call('twofactorauth_enable_policy');
  const quiet = await here.call(SET, { exempt_users: 'ann' });
  expect(quiet.metadata.output?.warnings).toBeUndefined();
  expect(quiet.data).toMatchObject({ is_enabled: 1 });
});
