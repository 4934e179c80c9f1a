// The module ContactInformation, and the notifications that the owner of an account receives. Mail is stored in a
// directory, and Pushbullet is a real HTTPS server.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoredMail } from '../../src/machine/outbound/mailers.ts';
import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { HttpsServer } from '../support/https-server.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

const password = 'correct horse battery staple 7';
const server = new HttpsServer();
beforeAll(() => server.start('push.example'));
afterAll(() => server.stop());

let here: Installation;
beforeEach(async () => {
  server.reset();
  here = new Installation();
  const outbound = new Outbound({
    networks: ['127.0.0.0/8'],
    certificates: server.certificate,
    pushbullet: server.url('push.example'),
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  here.overrides.machine = {
    ...here.engine.machine,
    outbound: async () => outbound,
    mailer: async () => new StoredMail(join(here.directory, 'mails'), () => here.time),
  };
  await here.call('createacct', {
    ...{ username: 'bob', domain: 'bob.example', password },
    contactemail: 'bob@mail.example',
  });
});
afterEach(() => here.remove());

const set = (args: Record<string, string>) =>
  here.uapi('bob', 'ContactInformation::set_email_addresses', { password, ...args });
const unset = (args: Record<string, string>) =>
  here.uapi('bob', 'ContactInformation::unset_email_addresses', { password, ...args });
const prefer = (preferences: Record<string, unknown>) =>
  here.uapi('bob', 'ContactInformation::set_notification_preferences', {
    preferences: JSON.stringify(preferences),
  });
const contactEmail = async () => {
  const { data } = await here.uapi('bob', 'Variables::get_user_information', { name: 'contact_email' });
  return (data as { contact_email: string }).contact_email;
};

/** The texts of the messages that `mails` found last. */
let texts: string[] = [];
/** Runs the tasks. @returns recipient and subject of each message since the last call. */
async function mails(): Promise<string[]> {
  await runTasks(here);
  const directory = join(here.directory, 'mails');
  if (!existsSync(directory)) return [];
  const all = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  rmSync(directory, { recursive: true });
  texts = all.map((mail) => mail.slice(mail.search(/\r?\n\r?\n/)).replaceAll(/=\r?\n/g, ''));
  return all
    .map((mail) => mail.replace(/\n\s+/g, ' '))
    .map((mail) => `${/^To: (.*)$/m.exec(mail)?.[1]}: ${/^Subject: \S+ (.*)$/m.exec(mail)?.[1]}`)
    .sort();
}

test('ContactInformation::set_email_addresses sets one or two addresses, and tells all of them', async () => {
  const two = { 'address-0': 'rob@mail.example', 'address-1': 'second@mail.example' };
  expect(await set({ ...two, old_address: 'BOB@mail.example' })).toMatchObject({ status: 1, data: null });
  expect(await contactEmail()).toBe('rob@mail.example');
  const subject = 'bob: The contact addresses were changed';
  expect(await mails()).toEqual([
    `bob@mail.example: ${subject}`,
    `rob@mail.example: ${subject}`,
    `second@mail.example: ${subject}`,
  ]);
  for (const text of texts) expect(text).toContain('If this was not you, change the password of the account');
  const old = { 'old_address-0': 'second@mail.example', 'old_address-1': 'rob@mail.example' };
  expect(await set({ address: 'bob@mail.example', ...old })).toMatchObject({ status: 1 });
  expect(await contactEmail()).toBe('bob@mail.example');
});

test('ContactInformation::set_email_addresses changes nothing if it refuses', async () => {
  for (const [args, reason] of [
    [{ address: 'x@mail.example', old_address: 'other@mail.example' }, /“old_address” should be the present/],
    [{ address: 'x@mail.example' }, /“old_address” should be the present/],
    [{ address: 'x', old_address: 'bob@mail.example' }, /“address” should be an email address/],
    [
      { 'address-0': 'x@a.example', 'address-1': 'X@a.example', old_address: 'bob@mail.example' },
      /should be two different addresses/,
    ],
    [
      { 'address-0': 'x@a.example', 'address-1': '', old_address: 'bob@mail.example' },
      /“address” should be an email address/,
    ],
    [
      {
        ...{ 'address-0': 'x@a.example', 'address-1': 'y@a.example', 'address-2': 'z@a.example' },
        old_address: 'bob@mail.example',
      },
      /once or twice, not 3 times/,
    ],
    [
      { address: 'x@mail.example', old_address: 'bob@mail.example', password: 'wrong' },
      /“password” should be the present password of the account “bob”/,
    ],
  ] as [Record<string, string>, RegExp][]) {
    expect([args, (await set(args)).errors?.[0]]).toEqual([args, expect.stringMatching(reason)]);
    expect([args, await contactEmail()]).toEqual([args, 'bob@mail.example']);
  }
  expect(await mails()).toEqual([]);
});

test('ContactInformation::unset_email_addresses tells the former address', async () => {
  expect((await unset({ old_address: 'bob@mail.example', password: 'wrong' })).status).toBe(0);
  expect((await unset({ old_address: 'bob@mail.example' })).status).toBe(1);
  expect(await contactEmail()).toBe('');
  expect(await mails()).toEqual(['bob@mail.example: bob: The contact addresses were changed']);
  const again = await unset({ old_address: 'bob@mail.example' });
  expect(again.errors?.[0]).toContain('the account has no contact address now');
});

test('ContactInformation::set_pushbullet_access_token and get_pushbullet_access_token keep it sealed', async () => {
  const setToken = (token: string) =>
    here.uapi('bob', 'ContactInformation::set_pushbullet_access_token', { pushbullet_access_token: token });
  const token = async (user = 'bob') =>
    (await here.uapi(user, 'ContactInformation::get_pushbullet_access_token')).data;
  expect(await token()).toBe('');
  expect((await setToken('o.secret1')).status).toBe(1);
  expect(await token()).toBe('o.secret1');
  const stored = await here.engine.store.transaction('reads', async (db) => ({
    value: await db.all<{ sealed: Uint8Array }>('SELECT sealed FROM account_contact_secret'),
    keep: false,
  }));
  expect(stored.map(({ sealed }) => Buffer.from(sealed).includes('secret1'))).toEqual([false]);
  expect(JSON.stringify(here.audit())).not.toContain('secret1');
  expect((await setToken('two words')).errors?.[0]).toContain('an access token of Pushbullet');
  const missing = await here.uapi('bob', 'ContactInformation::set_pushbullet_access_token');
  expect(missing.errors?.[0]).toContain('is required');
  server.answer = () => ({ body: '{"iden":"n1"}' });
  await here.call('passwd', { user: 'bob', password });
  expect(await mails()).toEqual(['bob@mail.example: bob: The password was changed']);
  expect(server.received.map(({ headers }) => headers['access-token'])).toEqual(['o.secret1']);
  await here.call('modifyacct', { user: 'bob', newuser: 'rob' });
  expect(await token('rob')).toBe('o.secret1');
  await here.uapi('rob', 'ContactInformation::set_pushbullet_access_token', { pushbullet_access_token: '' });
  expect(await token('rob')).toBe('');
});

test('modifyacct sets which notifications the owner receives, also with a new username', async () => {
  const names = async (username: string) => {
    const { data } = await here.uapi(username, 'ContactInformation::get_notification_preferences');
    return (data as { name: string; enabled: number }[]).flatMap(({ name, enabled }) =>
      enabled ? [] : [name],
    );
  };
  const change = async (args: Record<string, string>, dryRun = false) =>
    (await here.call('modifyacct', args, { dryRun })).metadata;
  const off = { notify_disk_limit: '0', notify_twofactorauth_change: '0' };
  expect(await change({ user: 'bob', ...off }, true)).toMatchObject({ result: 1 });
  expect(await names('bob')).toEqual([]);
  const metadata = await change({ user: 'bob', ...off });
  expect([metadata.result, metadata.output]).toEqual([1, undefined]);
  expect(await names('bob')).toEqual(['notify_disk_limit', 'notify_twofactorauth_change']);
  expect(await mails()).toEqual(['bob@mail.example: bob: A notification was turned off']);
  expect(
    await change({ user: 'bob', newuser: 'rob', notify_disk_limit: '1', notify_autossl_expiry: '0' }),
  ).toMatchObject({ result: 1 });
  expect(await names('rob')).toEqual(['notify_autossl_expiry', 'notify_twofactorauth_change']);
  expect(JSON.stringify(await change({ user: 'rob', notify_ssl_expiry: '0' }))).toContain(
    'The parameter “notify_ssl_expiry” has no effect here: this server does not send this notification yet.',
  );
});

test('ContactInformation::get_notification_preferences and set_notification_preferences', async () => {
  const { data } = await here.uapi('bob', 'ContactInformation::get_notification_preferences');
  const rows = data as { name: string; enabled: number }[];
  expect(rows.map(({ enabled }) => enabled)).toEqual(rows.map(() => 1));
  const after = await prefer({ notify_password_change: '0', notify_autossl_renewal: false });
  expect(after.data).toContainEqual(expect.objectContaining({ name: 'notify_password_change', enabled: 0 }));
  expect(await mails()).toEqual(['bob@mail.example: bob: A notification was turned off']);
  await here.call('passwd', { user: 'bob', password });
  expect(await mails()).toEqual([]);
  await prefer({ notify_password_change: 1 });
  await here.call('passwd', { user: 'bob', password });
  expect(await mails()).toEqual(['bob@mail.example: bob: The password was changed']);
  for (const [wrong, reason] of [
    [{ notify_passwort_change: 1 }, /Did you mean “notify_password_change”\?/],
    [{ notify_password_change: 'yes' }, /should be 1 or 0/],
    [{}, /JSON object/],
    [{ __proto__: 1, constructor: 1 }, /“constructor” is not a notification/],
  ] as const) {
    expect((await prefer(wrong)).errors?.[0]).toMatch(reason);
  }
});

describe('the owner of an account whose disk space is nearly used', () => {
  /** Measures the account with one file of this size. @returns the messages. */
  async function use(kibibytes: number, user = 'bob'): Promise<string[]> {
    writeFileSync(join(here.state, 'root/home', user, 'file'), Buffer.alloc(kibibytes * 1024, 'x'));
    const { metadata } = await here.call('get_disk_usage', { user, cache_mode: 'off' });
    expect(metadata).toMatchObject({ result: 1 });
    return (await mails()).map((mail) => mail.replace(/^bob@mail\.example: /, ''));
  }
  const used = (percent: number, user = 'bob') =>
    `${user}: The account has used ${percent} % of its disk space`;
  beforeEach(() => here.call('editquota', { user: 'bob', quota: '10' }));

  it('is notified once at each level, and again after the usage fell below it', async () => {
    expect(await use(7000)).toEqual([]);
    expect(await use(8300)).toEqual([used(81)]);
    expect(texts).toEqual([
      expect.stringContaining('use 8 MiB. Its limit is 10 MiB. Once it is reached, it may not be'),
    ]);
    // Nobody has changed anything, so nothing is said about intruders.
    expect(texts).toEqual([expect.not.stringContaining('password')]);
    expect(await use(8700)).toEqual([]);
    expect(await use(9340)).toEqual([used(91)]);
    expect(await use(10_140)).toEqual([used(99)]);
    expect(await use(8300)).toEqual([]);
    expect(await use(9340)).toEqual([used(91)]);
    expect(await use(100)).toEqual([]);
    expect(await use(11_000)).toEqual(['bob: The account has used all of its disk space']);
    await here.call('editquota', { user: 'bob', quota: 'unlimited' });
    expect(await use(11_000)).toEqual([]);
  });

  it('is also notified after the measurement of all accounts', async () => {
    await use(100);
    writeFileSync(join(here.state, 'root/home/bob/file'), Buffer.alloc(8300 * 1024, 'x'));
    await here.call('set_tweaksetting', { module: 'Main', key: 'disk_usage_include_sqldbs', value: '0' });
    expect(await mails()).toEqual([`bob@mail.example: ${used(81)}`]);
  });

  it('chooses with notify_disk_limit, and root with tweak settings', async () => {
    const enabled = async () => {
      const { data } = await here.uapi('bob', 'ContactInformation::get_notification_preferences');
      return (data as { name: string }[]).find(({ name }) => name === 'notify_disk_limit');
    };
    await prefer({ notify_disk_limit: 0 });
    expect(await enabled()).toMatchObject({ enabled: 0 });
    expect(await use(8300)).toEqual([]);
    const saved = await here.api2('bob', 'CustInfo::savecontactinfo', { notify_disk_limit: '1' });
    expect(saved.data).toMatchObject([{ name: 'notify_disk_limit', value: 1 }]);
    expect(await enabled()).toMatchObject({ enabled: 1 });
    const tweak = async (key: string, value: string) => {
      const { metadata } = await here.call('set_tweaksetting', { module: 'Main', key, value });
      expect([metadata.result, JSON.stringify(metadata)]).toEqual([
        1,
        expect.not.stringContaining('depends'),
      ]);
    };
    await tweak('emailusers_diskusage_critical_percent', '');
    expect(await use(9340)).toEqual([]);
    await tweak('emailusers_diskusage_critical_percent', '87.5');
    expect(await use(9340)).toEqual([used(91)]);
    await tweak('skipdiskcheck', '1');
    expect(await use(10_140)).toEqual([]);
    await tweak('skipdiskcheck', '0');
    await here.call('modifyacct', { user: 'bob', newuser: 'rob' });
    expect(await use(10_140, 'rob')).toEqual([used(99, 'rob')]);
    expect(await use(10_140, 'rob')).toEqual([]);
  });
});

test('the owner is told of the second factor, of linked identities, and of a change by the administrators', async () => {
  await here.call('modifyacct', { user: 'bob', contactemail: 'rob@mail.example' });
  const changed = 'bob: The contact addresses were changed';
  expect(await mails()).toEqual([`bob@mail.example: ${changed}`, `rob@mail.example: ${changed}`]);
  const config = { bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } } };
  await here.call('twofactorauth_set_tfa_config_for_user', config);
  await here.uapi('bob', 'TwoFactorAuth::remove_user_configuration');
  expect(await mails()).toEqual([
    'rob@mail.example: bob: Two-factor authentication was removed',
    'rob@mail.example: bob: Two-factor authentication was set up',
  ]);
});

test('CustInfo::displaycontactinfo and CustInfo::savecontactinfo of API 2', async () => {
  const show = async () =>
    (await here.api2('bob', 'CustInfo::displaycontactinfo')).data as { name: string }[];
  const save = (args: Record<string, string>) => here.api2('bob', 'CustInfo::savecontactinfo', args);
  const rows = await show();
  expect(rows.slice(0, 2)).toMatchObject([
    { name: 'email', type: 'string', enabled: 1, value: 'bob@mail.example' },
    { name: 'second_email', type: 'string', enabled: 0, value: '' },
  ]);
  expect(rows.slice(2)).toContainEqual(
    expect.objectContaining({ name: 'notify_bandwidth_limit', type: 'boolean', enabled: 1, value: '1' }),
  );
  expect((await save({ notify_bandwidth_limit: '0' })).data).toMatchObject([
    { name: 'notify_bandwidth_limit', value: 0, display_value: 'off' },
  ]);
  // The same address needs no password.
  expect((await save({ email: 'bob@mail.example', notify_bandwidth_limit: '1' })).data).toMatchObject([
    { name: 'email', value: 'bob@mail.example' },
    { name: 'notify_bandwidth_limit', value: 1, display_value: 'on' },
  ]);
  expect(await mails()).toEqual([]);
  for (const [args, reason] of [
    [{ second_email: 'two@mail.example' }, /“password” is required to change a contact address/],
    [{ second_email: 'two@mail.example', password: 'wrong' }, /should be the present password/],
    [{ second_email: 'BOB@mail.example', password }, /should be two different addresses/],
    [{ email: 'nobody', password }, /“email” should be an email address/],
    [{}, /names no setting/],
  ] as const) {
    expect([args, (await save(args)).error]).toEqual([args, expect.stringMatching(reason)]);
  }
  expect(await contactEmail()).toBe('bob@mail.example');
  expect((await save({ second_email: 'two@mail.example', password })).error).toBeUndefined();
  const subject = 'bob: The contact addresses were changed';
  expect(await mails()).toEqual([`bob@mail.example: ${subject}`, `two@mail.example: ${subject}`]);
  // Without the first address, the second one becomes the first.
  expect((await save({ email: '', password })).error).toBeUndefined();
  expect((await show())[0]).toMatchObject({ value: 'two@mail.example' });
  expect(JSON.stringify(here.audit())).not.toContain(password);
});

test('CustInfo: each part needs its feature', async () => {
  await here.call('add_override_features_for_user', {
    user: 'bob',
    features: JSON.stringify({ updatecontact: 0, updatenotificationprefs: 0 }),
  });
  const { data } = await here.api2('bob', 'CustInfo::displaycontactinfo');
  expect((data as { name: string }[]).map(({ name }) => name)).toEqual(['email', 'second_email']);
  for (const [args, feature] of [
    [{ notify_bandwidth_limit: '0' }, 'updatenotificationprefs'],
    [{ email: 'x@mail.example', password }, 'updatecontact'],
  ] as const) {
    const { error } = await here.api2('bob', 'CustInfo::savecontactinfo', args);
    expect(error).toContain(`does not have the feature “${feature}”`);
  }
  expect(await contactEmail()).toBe('bob@mail.example');
});

test('Pushbullet::send_test_message sends a note with the token of the call', async () => {
  server.answer = () => ({ body: '{"iden":"n1"}' });
  const sent = await here.uapi('bob', 'Pushbullet::send_test_message', { access_token: 'o.mine' });
  expect(sent.data).toMatchObject({ payload: { iden: 'n1' } });
  expect(server.received.map(({ headers }) => headers['access-token'])).toEqual(['o.mine']);
  server.answer = () => ({
    status: 401,
    body: '{"error":{"message":"Access token is missing or invalid."}}',
  });
  const refused = await here.uapi('bob', 'Pushbullet::send_test_message', { access_token: 'o.wrong' });
  expect([refused.status, JSON.stringify(refused)]).toEqual([0, expect.not.stringContaining('o.wrong')]);
});
