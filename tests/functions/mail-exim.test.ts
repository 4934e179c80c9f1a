// Exim's own checks of its configuration, and domains whose mail is refused. tests/machine/mail.test.ts has what Exim makes
// of it.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { pretendCountries } from '../support/countries.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;

beforeAll(() => {
  here = new Installation();
});
afterAll(() => here.remove());

const blocked = (domain: string) =>
  existsSync(join(here.state, 'root/etc/exim4/whmapi1/blocked-domains', domain));

it('block_incoming_email_from_domain, list_blocked_incoming_email_domains, unblock_incoming_email_from_domain', async () => {
  const call = async (name: string, domain: readonly string[] = []) =>
    (await here.call(name, domain.length === 0 ? {} : { domain: [...domain] })).data;
  expect(await call('block_incoming_email_from_domain', ['Spam.example', 'bad.example'])).toEqual({
    updated: 2,
  });
  expect(await call('block_incoming_email_from_domain', ['spam.example', 'more.example'])).toEqual({
    updated: 1,
  });
  expect(await call('list_blocked_incoming_email_domains')).toEqual({
    domains: [{ domain: 'bad.example' }, { domain: 'more.example' }, { domain: 'spam.example' }],
  });
  expect(blocked('spam.example')).toBe(true);
  expect(await call('unblock_incoming_email_from_domain', ['spam.example', 'none.example'])).toEqual({
    updated: 1,
  });
  expect(blocked('spam.example')).toBe(false);
  const { metadata } = await here.call('block_incoming_email_from_domain', { domain: '../../etc' });
  expect(metadata.error_code).toBe('bad_param');
});

it.each([
  'exim_configuration_check',
  'validate_current_installed_exim_config',
  'validate_exim_configuration_syntax',
])('%s fails without Exim', async (name) => {
  const { metadata } = await here.call(name);
  expect([metadata.error_code, metadata.reason]).toEqual([
    'host_failed',
    'Exim is not installed on this server.',
  ]);
});

it('normalize_user_email_configuration writes what is stored again', async () => {
  await here.call('createacct', { username: 'ann', domain: 'ann.example' });
  const box = { email: 'sales', domain: 'ann.example' };
  await here.uapi('ann', 'Email::add_pop', { ...box, password: 'correct horse battery staple 7' });
  const reply = { from: 'Sales', subject: 'Away', body: 'Back soon.', interval: '1', is_html: '0' };
  const more = { charset: 'utf-8', start: '0', stop: '0' };
  expect(
    (await here.uapi('ann', 'Email::add_auto_responder', { ...box, ...reply, ...more })).errors,
  ).toBeNull();
  const inRoot = (path: string) => join(here.state, 'root', path);
  const lost = [
    'etc/exim4/whmapi1/mailboxes/ann.example',
    'etc/exim4/whmapi1/domains/ann.example',
    'home/ann/etc/ann.example/sales/whmapi1.sieve',
    'home/ann/etc/ann.example/shadow',
  ].map(inRoot);
  const before = lost.map((path) => readFileSync(path, 'utf8'));
  const identities = new Database(inRoot('var/lib/whmapi1-mail/identities.db'));
  const logins = () =>
    identities.prepare("SELECT * FROM identity WHERE username = 'ann' ORDER BY address").all();
  try {
    const known = logins();
    expect(known).toHaveLength(2);
    for (const path of lost.slice(1)) rmSync(path);
    writeFileSync(lost[0] ?? '', 'somebody: else\n');
    identities.exec("DELETE FROM identity WHERE username = 'ann'");
    const repair = async () =>
      (await here.call('normalize_user_email_configuration', { username: 'ann' })).metadata;
    expect((await repair()).reason).toContain(
      '“/etc/exim4/whmapi1/mailboxes/ann.example” was edited by hand',
    );
    rmSync(lost[0] ?? '');
    const metadata = await repair();
    expect([metadata.reason, metadata.result]).toEqual(['OK', 1]);
    expect(lost.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
    expect(logins()).toEqual(known);
  } finally {
    identities.close();
  }
});

it('mail for root goes where root wants', async () => {
  const path = join(here.state, 'root/etc/aliases');
  mkdirSync(join(here.state, 'root/etc'), { recursive: true });
  writeFileSync(path, '# mine\nroot: old@example.org,\n  second@example.org\nwww: root');
  const show = async (user: string) => (await here.call('get_user_email_forward_destination', { user })).data;
  const set = (user: string, to: string) =>
    here.call('set_user_email_forward_destination', { user, forward_to: to });
  expect(await show('root')).toEqual({ forward_to: ['old@example.org', 'second@example.org'] });
  expect((await set('root', 'a@example.org, b@example.org')).metadata.result).toBe(1);
  expect((await set('nobody', 'root')).metadata.result).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(
    '# mine\nroot: a@example.org, b@example.org\nwww: root\nnobody: root\n',
  );
  for (const to of [
    '|/bin/sh',
    '/tmp/x',
    ':include:/etc/passwd',
    'a@b\nroot: c@example.org',
    '"a b"@example.org',
  ])
    expect([to, (await set('root', to)).metadata.error_code]).toEqual([to, 'bad_param']);
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
  expect((await set('bob', 'a@example.org')).metadata.reason).toContain('“bob” is an account');
  expect(await show('root')).toEqual({ forward_to: ['a@example.org', 'b@example.org'] });
});

describe('countries', () => {
  const other = new Installation();
  afterAll(() => other.remove());
  const isRefused = async (address: string): Promise<boolean> => {
    const sqlite = await other.engine.machine.sqliteFiles(['/var/lib/whmapi1-countries']);
    const sql =
      'SELECT 1 FROM (SELECT last FROM network WHERE first <= ? ORDER BY first DESC LIMIT 1) WHERE last >= ?';
    const found = await sqlite.read('/var/lib/whmapi1-countries/networks.db', (file) =>
      file.all(sql, address, address),
    );
    return found?.length === 1;
  };
  const v4 = (hex: string) => `0000:0000:0000:0000:0000:ffff:${hex}`;

  it('without the database of countries, block_incoming_email_from_country says what to install', async () => {
    const { metadata } = await other.call('block_incoming_email_from_country', { country_code: 'AU' });
    expect(metadata).toMatchObject({
      error_code: 'host_failed',
      reason: expect.stringContaining('apt-get install location libloc-database') as string,
    });
    expect((await other.call('list_blocked_incoming_email_countries')).data).toEqual({ countries: [] });
  });

  it('block_incoming_email_from_country, list_blocked_incoming_email_countries, unblock_incoming_email_from_country', async () => {
    pretendCountries(other);
    const call = async (name: string, ...codes: string[]) => {
      const { data } = await other.call(name, { country_code: codes });
      await runTasks(other);
      return data;
    };
    expect(await call('block_incoming_email_from_country', 'au', 'AU', 'CN')).toEqual({ updated: 2 });
    expect(await call('block_incoming_email_from_country', 'CN')).toEqual({ updated: 0 });
    expect((await other.call('list_blocked_incoming_email_countries')).data).toEqual({
      countries: [{ country_code: 'AU' }, { country_code: 'CN' }],
    });
    for (const address of [
      v4('0100:0000'),
      v4('0100:01ff'),
      v4('0100:03ff'),
      '2001:0db8:0001:0000:0000:0000:0000:0009',
    ])
      expect([address, await isRefused(address)]).toEqual([address, true]);
    for (const address of [v4('00ff:ffff'), v4('0100:0400'), '2001:0db8:0002:0000:0000:0000:0000:0000'])
      expect([address, await isRefused(address)]).toEqual([address, false]);
    expect(await call('unblock_incoming_email_from_country', 'AU', 'DE')).toEqual({ updated: 1 });
    expect([await isRefused(v4('0100:0000')), await isRefused(v4('0100:0200'))]).toEqual([false, true]);
    // What no country has.
    expect(await call('block_incoming_email_from_country', 'zz')).toEqual({ updated: 1 });
    expect([await isRefused(v4('0100:0100')), await isRefused(v4('0100:0400'))]).toEqual([false, true]);
    expect(await isRefused('2001:0db8:0002:0000:0000:0000:0000:0000')).toBe(true);
    expect(await call('unblock_incoming_email_from_country', 'ZZ', 'CN')).toEqual({ updated: 2 });
    expect(await isRefused(v4('0100:0200'))).toBe(false);
  });

  it.each(['', 'A', 'AUS', 'QQ', '1A', '../', "A'", 'ÄÖ'])('%j is not a country', async (code) => {
    pretendCountries(other);
    const { metadata } = await other.call('block_incoming_email_from_country', { country_code: code });
    expect(metadata.result).toBe(0);
    expect((await other.call('list_blocked_incoming_email_countries')).data).toEqual({ countries: [] });
  });
});
