// The certificates of domains in mail services (SNI). What the services get is in tests/functions/mail-certificates.test.ts.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const uapi = (name: string, args: Readonly<Record<string, string>> = {}) => here.uapi('bob', name, args);

test('SSL::is_mail_sni_supported and SSL::mail_sni_status say that it is always enabled', async () => {
  expect((await uapi('SSL::is_mail_sni_supported')).data).toBe(1);
  expect((await uapi('SSL::mail_sni_status', { domain: 'bob.example' })).data).toEqual({ enabled: 1 });
  expect((await uapi('SSL::mail_sni_status', { domain: 'eve.example' })).status).toBe(0);
});

test('SSL::enable_mail_sni changes nothing, and names the domains of others', async () => {
  const { data, status, warnings } = await uapi('SSL::enable_mail_sni', {
    domains: 'bob.example|Eve.example',
  });
  expect([status, warnings]).toEqual([
    1,
    [expect.stringContaining('always use the certificates of domains')],
  ]);
  expect(data).toEqual({
    updated_domains: {},
    failed_domains: { 'eve.example': expect.stringContaining('your account') as string },
  });
});

test('SSL::rebuild_mail_sni_config writes what is missing', async () => {
  const authority = await Authority.root('Test Root');
  const issued = await authority.issue({ domains: ['bob.example', 'mail.bob.example'] });
  await uapi('SSL::install_ssl', {
    ...{ domain: 'bob.example', cert: issued.crt, key: issued.key },
    cabundle: authority.crt,
  });
  const folder = join(here.state, 'root/etc/exim4/whmapi1/certificates');
  const written = readdirSync(folder);
  expect(written).toEqual(['bob.example', 'mail.bob.example']);
  const file = join(folder, 'mail.bob.example');
  const before = readFileSync(file, 'utf8');
  rmSync(file);
  expect((await uapi('SSL::rebuild_mail_sni_config')).data).toEqual({ success: 1 });
  expect(readFileSync(file, 'utf8')).toBe(before);
});
