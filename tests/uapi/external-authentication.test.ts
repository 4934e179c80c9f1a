// The module ExternalAuthentication. Logins themselves: tests/http/external-login-accounts.test.ts.
import type { Caller } from '../../src/core/context.ts';
import { accountCaller } from '../../src/core/contexts.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  for (const name of ['bob', 'eve']) {
    await here.call('createacct', { username: name, domain: `${name}.example` });
  }
});
afterEach(() => here.remove());

const ask = (user: string, name: string, args: Record<string, string> = {}) =>
  here.uapi(user, `ExternalAuthentication::${name}`, args);
const identity = {
  provider_id: 'google',
  subject_unique_identifier: '110',
  preferred_username: 'b@x.example',
};

async function enable(service_name: string): Promise<void> {
  const about = { provider_id: 'google', service_name };
  await here.call('set_provider_client_configurations', { ...about, configurations: { client_id: '1' } });
  await here.call('enable_authentication_provider', about);
}

test('ExternalAuthentication::configured_modules and ExternalAuthentication::has_external_auth_modules_configured', async () => {
  const modules = async () => (await ask('bob', 'configured_modules')).data;
  const hasOne = async () => (await ask('bob', 'has_external_auth_modules_configured')).data;
  await enable('whostmgrd');
  expect([await modules(), await hasOne()]).toEqual([[], 0]);
  await enable('cpaneld');
  expect([await modules(), await hasOne()]).toMatchObject([
    [
      {
        provider_name: 'google',
        label: expect.stringContaining('Google') as string,
        link: 'https://server.example.com:2083/openid_connect/google',
      },
    ],
    1,
  ]);
});

test('ExternalAuthentication::add_authn_link, ExternalAuthentication::get_authn_links and ExternalAuthentication::remove_authn_link', async () => {
  await enable('cpaneld');
  expect((await ask('bob', 'add_authn_link', { ...identity, username: 'bob' })).status).toBe(1);
  expect((await ask('bob', 'get_authn_links')).data).toEqual([
    { ...identity, provider_protocol: 'openid_connect', link_time: Math.floor(here.time / 1000) },
  ]);
  expect((await ask('eve', 'get_authn_links')).data).toEqual([]);
  const removed = { provider: 'google', subject_unique_identifier: '110' };
  expect((await ask('eve', 'remove_authn_link', removed)).errors?.[0]).toContain('is not linked');
  expect((await ask('bob', 'remove_authn_link', removed)).status).toBe(1);
  expect((await ask('bob', 'get_authn_links')).data).toEqual([]);
});

test('ExternalAuthentication::add_authn_link refuses other users, unknown providers and unconfirmed sessions', async () => {
  for (const username of ['eve', 'root', 'nobody', 'info@bob.example']) {
    const { errors } = await ask('bob', 'add_authn_link', { ...identity, username });
    expect(errors?.[0]).toBe(`The account has no user “${username}”. Its only user is “bob”.`);
  }
  const unknown = { ...identity, provider_id: 'nothing', username: 'bob' };
  expect((await ask('bob', 'add_authn_link', unknown)).errors?.[0]).toContain(
    'no identity provider “nothing”',
  );
  const caller: Caller = { ...accountCaller('bob'), mustConfirm: true };
  const args = Object.entries({ ...identity, username: 'bob' }).map(([name, value]) => ({ name, value }));
  const command = 'ExternalAuthentication::add_authn_link';
  const call = { command, api: 'uapi', args, dryRun: false } as const;
  const { metadata } = await dispatch(call, caller, here.engine);
  expect(metadata.error_code).toBe('confirmation_required');
});
