// The certificates of domains in mail services (SNI). What the services get is in tests/functions/mail-certificates.test.ts.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let authority: Authority;

beforeAll(async () => {
  authority = await Authority.root('Test Root');
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const uapi = (name: string, args: Readonly<Record<string, string>> = {}) => here.uapi('bob', name, args);

async function installFor(...domains: string[]): Promise<void> {
  const { crt, key } = await authority.issue({ domains });
  const given = { domain: 'bob.example', cert: crt, key, cabundle: authority.crt };
  expect((await uapi('SSL::install_ssl', given)).errors).toBeNull();
}

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

test('Email::get_client_settings and SSL::get_cn_name name “mail.” before a domain with a certificate', async () => {
  await here.call('reset_service_ssl_certificate', { service: 'exim' });
  const host = async () => {
    const { data } = await uapi('Email::get_client_settings');
    const { inbox_host: inbox, smtp_host: smtp } = data as Record<string, string>;
    expect(smtp).toBe(inbox);
    return inbox;
  };
  const best = async (args: Readonly<Record<string, string>> = {}) =>
    (await uapi('SSL::get_cn_name', { domain: 'bob.example', service: 'smtp', ...args })).data;
  expect(await host()).toBe('server.example.com');
  expect(await best()).toMatchObject({ ssldomain: 'server.example.com', cert_match_method: 'hostname' });
  await installFor('mail.bob.example');
  expect(await host()).toBe('mail.bob.example');
  expect(await best({ add_mail_subdomain: '1' })).toMatchObject({
    ...{ ssldomain: 'mail.bob.example', cert_match_method: 'exact', is_self_signed: 0 },
  });
  here.time = Date.parse('2027-01-02');
  expect(await host()).toBe('server.example.com');
  here.time = Date.parse('2026-03-01');
  await installFor('bob.example');
  expect(await host()).toBe('server.example.com');
});

test('SSL::rebuild_mail_sni_config writes what is missing', async () => {
  await installFor('bob.example', 'mail.bob.example');
  const folder = join(here.state, 'root/etc/exim4/whmapi1/certificates');
  const written = readdirSync(folder);
  expect(written).toEqual(['bob.example', 'mail.bob.example']);
  const file = join(folder, 'mail.bob.example');
  const before = readFileSync(file, 'utf8');
  rmSync(file);
  expect((await uapi('SSL::rebuild_mail_sni_config')).data).toEqual({ success: 1 });
  expect(readFileSync(file, 'utf8')).toBe(before);
});
