// Exim's own checks of its configuration, and domains whose mail is refused. tests/machine/mail.test.ts has what Exim makes
// of it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

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
