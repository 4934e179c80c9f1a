// Nobody gets more privileges through a password, a second factor or a session: not a reseller who owns a user with
// more privileges, and not an API token that has fewer privileges than its user.
import type { Caller } from '../../../../src/core/context.ts';
import type { Json } from '../../../../src/core/values.ts';
import { codeAt } from '../../../../src/capabilities/two-factor/rules/totp.ts';
import { addAccounts, anAccount, callerNamed } from '../../../support/accounts.ts';
import { Installation } from '../../../support/installation.ts';

const secret = 'WJ73QJSKZBXCIFPZ';

let here: Installation;
let bob: Caller;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount(), anAccount({ username: 'carol', owner: 'bob' }));
  for (const user of ['bob', 'carol']) await here.call('setupreseller', { user });
  for (const privilege of ['passwd', 'create-acct', 'manage-api-tokens']) {
    await here.call('grant_reseller_privilege', { user: 'bob', privilege });
  }
  bob = await callerNamed(here, 'bob');
});
afterEach(() => here.remove());

const call = async (command: string, args: Readonly<Record<string, Json>>, as?: Caller) => {
  const { metadata, data } = await here.call(command, args, as && { as });
  return { ...metadata, data };
};
const enrol = (user: string) =>
  here.call('twofactorauth_set_tfa_config_for_user', { [user]: { primary_account: { secret } } });
async function isEnrolled(user: string): Promise<boolean> {
  const { data } = await here.call('twofactorauth_get_user_configs', { user });
  return (data?.[user] as { is_enabled: 0 | 1 }).is_enabled === 1;
}

describe('a reseller who owns a reseller with “all”', () => {
  beforeEach(async () => {
    await here.call('grant_reseller_privilege', { user: 'carol', privilege: 'all' });
    await enrol('carol');
  });

  it.each([
    ['passwd', { user: 'carol', password: 'four unusual words, Xylophone' }],
    ['create_user_session', { user: 'carol', service: 'whostmgrd' }],
  ])('cannot use %s on it', async (command, args) => {
    expect(await call(command, args, bob)).toMatchObject({
      error_code: 'denied',
      reason: 'You cannot act as “carol”, who has root privileges over every account.',
    });
  });

  it('cannot remove its second factor', async () => {
    expect(await call('twofactorauth_remove_user_config', { user: 'carol' }, bob)).toMatchObject({
      data: { users_modified: [], failed: { carol: 'You are not authorized to modify “carol”.' } },
    });
    expect(await isEnrolled('carol')).toBe(true);
  });

  it('can do so once it is an ordinary reseller again', async () => {
    await here.call('revoke_reseller_privilege', { user: 'carol', privilege: 'all' });
    expect(await call('twofactorauth_remove_user_config', { user: 'carol' }, bob)).toMatchObject({
      data: { users_modified: ['carol'], failed: {} },
    });
    expect(await isEnrolled('carol')).toBe(false);
  });
});

describe('an API token with fewer privileges than its user', () => {
  const limited = (): Caller => ({ ...bob, isLimited: true });

  it.each([
    ['twofactorauth_set_tfa_config', () => ({ secret, tfa_token: codeAt(secret, here.time) })],
    ['twofactorauth_generate_recovery_codes', () => ({})],
    ['twofactorauth_set_issuer', () => ({ issuer: 'Somebody' })],
    ['accesshash', () => ({ user: 'bob', generate: '1' })],
  ])('cannot use %s', async (command, args) => {
    expect(await call(command, args(), limited())).toMatchObject({
      error_code: 'denied',
      reason: `You may not call “${command}” with an API token that has fewer privileges than its owner: it acts on your own login. Use another login.`,
    });
    expect(await isEnrolled('bob')).toBe(false);
  });

  it('cannot remove the second factor of its own user, but that of an owned reseller', async () => {
    for (const user of ['bob', 'carol']) await enrol(user);
    const remove = (user: Json) => call('twofactorauth_remove_user_config', { user }, limited());
    expect(await remove(['bob', 'carol'])).toMatchObject({
      error_code: 'denied',
      reason: ownAccount('twofactorauth_remove_user_config'),
    });
    expect([await isEnrolled('bob'), await isEnrolled('carol')]).toEqual([true, true]);
    expect(await remove('carol')).toMatchObject({ data: { users_modified: ['carol'], failed: {} } });
    expect([await isEnrolled('bob'), await isEnrolled('carol')]).toEqual([true, false]);
  });

  it.each([
    ['create_user_session', { user: 'bob', service: 'whostmgrd' }],
    ['passwd', { user: 'bob', password: 'four unusual words, Xylophone' }],
    ['modifyacct', { user: 'bob', newuser: 'robert' }],
    ['removeacct', { user: 'bob' }],
    ['removeacct', { username: 'bob' }],
  ])('cannot use %s on its own user', async (command, args) => {
    await here.call('setupreseller', { user: 'bob', makeowner: '1' });
    const all: Caller = {
      ...limited(),
      privileges: new Set(['create-user-session', 'passwd', 'edit-account', 'kill-acct']),
    };
    expect(await call(command, args, all)).toMatchObject({
      error_code: 'denied',
      reason: ownAccount(command),
    });
  });

  it('can change and revoke API tokens that have no more privileges than it has', async () => {
    here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
    const token: Caller = { ...limited(), privileges: new Set(['manage-api-tokens', 'passwd']) };
    await call('api_token_create', { token_name: 'wide' }, bob);
    expect(await call('api_token_create', { token_name: 'narrow' }, token)).toMatchObject({ reason: 'OK' });
    for (const command of ['api_token_update', 'api_token_revoke']) {
      expect(await call(command, { token_name: 'wide' }, token)).toMatchObject({
        error_code: 'denied',
        reason:
          'You cannot change or revoke the API token “wide”: it has more privileges than the token of this call.',
      });
      expect(await call(command, { token_name: 'narrow' }, token)).toMatchObject({ reason: 'OK' });
    }
    expect(await call('api_token_revoke', { token_name: 'wide' }, bob)).toMatchObject({ result: 1 });
  });
});

function ownAccount(command: string): string {
  return `You may not call “${command}” for your own account, “bob”, with an API token that has fewer privileges than its owner. Use another login.`;
}
