// Exim's own checks of its configuration, and domains whose mail is refused. tests/machine/mail.test.ts has what Exim makes
// of it.
import { existsSync } from 'node:fs';
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
