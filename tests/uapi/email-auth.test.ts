// EmailAuth of UAPI: an account authenticates the mail of its own domains.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import type { MachineResolver } from '../../src/core/machine-resolver.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeAll(async () => {
  here = new Installation();
  const password = 'correct horse battery staple 7';
  for (const username of ['bob', 'eve']) {
    const args = { username, domain: `${username}.example`, password, dkim: '0', spf: '0' };
    expect((await here.call('createacct', args)).metadata.result).toBe(1);
  }
});
afterAll(() => {
  here.remove();
});

type Row = Readonly<Record<string, Json>>;

async function rows(name: string, args: Readonly<Record<string, Json>>, user = 'bob'): Promise<Row[]> {
  const { status, errors, data } = await here.uapi(user, name, args);
  expect([status, errors]).toEqual([1, null]);
  return data as unknown as Row[];
}

const zoneText = (zone: string) =>
  readFileSync(join(here.state, `root/var/lib/bind/whmapi1/${zone}.db`), 'utf8');

test('enable_dkim, fetch_dkim_private_keys and disable_dkim', async () => {
  expect(await rows('EmailAuth::enable_dkim', { domain: 'bob.example' })).toMatchObject([
    { domain: 'bob.example', status: 1 },
  ]);
  expect(zoneText('bob.example')).toContain(
    'default._domainkey.bob.example.\t14400\tIN\tTXT\t"v=DKIM1; k=rsa; p=',
  );
  const [{ pem } = {}] = await rows('EmailAuth::fetch_dkim_private_keys', { domain: 'bob.example' });
  expect(pem).toContain('RSA PRIVATE KEY');
  expect(await rows('EmailAuth::disable_dkim', { domain: 'bob.example' })).toMatchObject([{ status: 1 }]);
  expect(zoneText('bob.example')).not.toContain('_domainkey');
  expect(await rows('EmailAuth::ensure_dkim_keys_exist', { domain: 'bob.example' })).toMatchObject([
    { msg: 'The key already exists.' },
  ]);
  expect(
    await rows('EmailAuth::install_dkim_private_keys', { domain: 'bob.example', key: pem ?? '' }),
  ).toMatchObject([{ status: 1 }]);
  expect(zoneText('bob.example')).toContain('_domainkey');
});

test('an account cannot use the domains of others', async () => {
  const before = zoneText('eve.example');
  for (const [name, args] of [
    ['EmailAuth::enable_dkim', {}],
    ['EmailAuth::disable_dkim', {}],
    ['EmailAuth::ensure_dkim_keys_exist', {}],
    ['EmailAuth::install_spf_records', { record: 'v=spf1 -all' }],
    ['EmailAuth::apply_dmarc', { policy: 'v=DMARC1; p=none' }],
    ['EmailAuth::remove_dmarc', {}],
  ] as const) {
    const found = await rows(name, { domain: 'eve.example', ...args });
    expect(found).toMatchObject([
      { status: 0, msg: 'You do not have an account with the domain “eve.example”.' },
    ]);
  }
  expect(zoneText('eve.example')).toBe(before);
  for (const name of [
    ...[
      'EmailAuth::fetch_dkim_private_keys',
      'EmailAuth::validate_current_dkims',
      'EmailAuth::validate_current_spfs',
    ],
    ...['EmailAuth::validate_current_ptrs', 'EmailAuth::validate_current_dmarcs'],
  ]) {
    const { status, errors } = await here.uapi('bob', name, { domain: 'eve.example' });
    expect([status, errors]).toEqual([0, ['You do not have an account with the domain “eve.example”.']]);
  }
});

test('install_spf_records, apply_dmarc and remove_dmarc change the zone of the account', async () => {
  await rows('EmailAuth::install_spf_records', { domain: 'bob.example', record: 'v=spf1 +mx -all' });
  expect(zoneText('bob.example')).toContain('"v=spf1 +mx -all"');
  expect(
    await rows('EmailAuth::apply_dmarc', {
      policy: 'v=DMARC1;p=reject;pct=100;rua=mailto:postmaster@bob.example',
    }),
  ).toEqual([
    {
      ...{ domain: 'bob.example', status: 1 },
      msg: '[ADD:TXT@_dmarc.bob.example:v=DMARC1;p=reject;pct=100;rua=mailto:postmaster@bob.example]',
    },
  ]);
  expect(zoneText('bob.example')).toContain('_dmarc.bob.example.');
  expect(await rows('EmailAuth::remove_dmarc', {})).toMatchObject([{ domain: 'bob.example', status: 1 }]);
  expect(zoneText('bob.example')).not.toContain('_dmarc');
});

test('the checks ask DNS', async () => {
  const none = async () => [];
  const texts: Readonly<Record<string, string[]>> = {
    'bob.example': ['v=spf1 ip4:192.0.2.1 -all'],
    '_dmarc.bob.example': ['v=DMARC1; p=none'],
  };
  const resolver: MachineResolver = {
    servers: () => [],
    ...{ ipv4: none, ipv6: none, mailServers: none, nameservers: none, caa: none, namesOf: none },
    ...{ textsFrom: none, aliases: none },
    texts: async (name) => texts[name] ?? [],
  };
  here.overrides = { machine: { ...here.engine.machine, resolver: async () => resolver } };
  const domain = 'bob.example';
  expect(await rows('EmailAuth::validate_current_dkims', { domain })).toMatchObject([
    { domain, state: 'MISSING' },
  ]);
  expect(await rows('EmailAuth::validate_current_spfs', { domain })).toMatchObject([
    { domain, state: 'VALID' },
  ]);
  expect(await rows('EmailAuth::validate_current_ptrs', { domain })).toMatchObject([
    { domain, state: 'MISSING_PTR' },
  ]);
  expect(await rows('EmailAuth::validate_current_dmarcs', {})).toMatchObject([{ domain, state: 'VALID' }]);
});

test('without the feature “emailauth”, nothing works', async () => {
  const features = JSON.stringify({ emailauth: 0 });
  await here.call('add_override_features_for_user', { user: 'bob', features });
  const { status } = await here.uapi('bob', 'EmailAuth::enable_dkim', { domain: 'bob.example' });
  expect(status).toBe(0);
  await here.call('remove_override_features_for_user', { user: 'bob', features: '["emailauth"]' });
});

test('set_mta_sts_policy, list_mta_sts_policies and remove_mta_sts_policy', async () => {
  const args = { domain: 'bob.example', mode: 'testing', report_address: 'tls@bob.example' };
  const { status, errors, data } = await here.uapi('bob', 'EmailAuth::set_mta_sts_policy', args);
  expect([status, errors, data]).toMatchObject([1, null, { mode: 'testing', mx: ['bob.example'] }]);
  expect(zoneText('bob.example')).toMatch(/^_mta-sts\.bob\.example\.\t14400\tIN\tTXT\t"v=STSv1; id=\d+;"$/m);
  expect(await rows('EmailAuth::list_mta_sts_policies', {})).toEqual([data]);
  expect(await rows('EmailAuth::list_mta_sts_policies', {}, 'eve')).toEqual([]);
  const before = zoneText('bob.example');
  for (const name of ['set_mta_sts_policy', 'remove_mta_sts_policy', 'list_mta_sts_policies']) {
    const answer = await here.uapi('eve', `EmailAuth::${name}`, {
      domain: 'bob.example',
      ...(name.startsWith('set') && { mode: 'none' }),
    });
    expect(answer).toMatchObject({
      ...{ status: 0, errors: ['You do not have an account with the domain “bob.example”.'] },
    });
  }
  expect(zoneText('bob.example')).toBe(before);
  const removed = await here.uapi('bob', 'EmailAuth::remove_mta_sts_policy', { domain: 'bob.example' });
  expect(removed.status).toBe(1);
  expect(zoneText('bob.example')).not.toMatch(/mta-sts|_smtp/);
});
