import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, bob, carl);
});
afterEach(() => here.remove());

const bob = anAccount();
const carl = anAccount({ username: 'carl', owner: 'rita', settings: { featureList: 'Mail Only' } });
/** Owns carl. */
const rita = reseller('rita', 'edit-account');

const override = (user: string, features: Record<string, unknown>) =>
  here.call('add_override_features_for_user', { user, features: JSON.stringify(features) });
const has = async (user: string, feature: string) =>
  (await here.call('verify_user_has_feature', { user, feature })).data?.has_feature;
const settings = async (args: Record<string, string | string[]>) =>
  (await here.call('get_users_features_settings', args)).data?.users_features_settings;

describe('add_override_features_for_user', () => {
  it('enables and disables features, whatever the feature list contains', async () => {
    expect(await override('bob', { backup: 0, mysql: 1 })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'add_override_features_for_user' },
    });
    expect(await override('carl', { mysql: '1', webmail: '0' })).toMatchObject({ metadata: { result: 1 } });
    expect(await has('bob', 'backup')).toBe(0);
    expect(await has('carl', 'mysql')).toBe(1);
    expect(await has('carl', 'webmail')).toBe(0);
    expect(await has('carl', 'popaccts')).toBe(1);
  });

  it('keeps other overrides, and replaces one for the same feature', async () => {
    await override('bob', { backup: 0, mysql: 0 });
    await override('bob', { mysql: 1 });
    expect(await settings({ user: 'bob', feature: ['backup', 'mysql'] })).toMatchObject([
      { feature: 'backup', cpuser_setting: 0 },
      { feature: 'mysql', cpuser_setting: 1 },
    ]);
  });

  it('also accepts a JSON body', async () => {
    await here.call('add_override_features_for_user', { user: 'bob', features: { backup: false } });
    expect(await has('bob', 'backup')).toBe(0);
  });

  it('warns if the list “disabled” disables the feature for everybody', async () => {
    await here.call('update_featurelist', { featurelist: 'disabled', mysql: '0', webmail: '0' });
    const { metadata } = await override('bob', { mysql: 1, webmail: 0, backup: 1 });
    expect(metadata.output?.warnings).toEqual([
      'The feature “mysql” is disabled for everyone (list “disabled”), and so for “bob”.',
    ]);
    expect(await has('bob', 'mysql')).toBe(0);
  });

  it('names all unknown features, and changes nothing', async () => {
    expect((await override('bob', { backup: 0, bakcup: 1, teleport: 1 })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'There is no feature “bakcup”. Did you mean “backup”? ' +
        'There is no feature “teleport”. Run get_feature_names to list the features.',
    });
    expect(await has('bob', 'backup')).toBe(1);
  });

  it('rejects values that are neither 1 nor 0, and changes nothing', async () => {
    expect((await override('bob', { backup: 0, mysql: 2, webmail: null })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The feature “mysql” should be 1 or 0. The feature “webmail” should be 1 or 0.',
    });
    expect(await has('bob', 'backup')).toBe(1);
  });

  it.each(['["backup"]', '"backup"', '{}', 'null', '1'])('rejects %s', async (features) => {
    const { metadata } = await here.call('add_override_features_for_user', { user: 'bob', features });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “features” should be a JSON object of features, each with 1 or 0, such as {"backup":1}.',
    });
  });

  it('rejects invalid JSON', async () => {
    const args = { user: 'bob', features: 'backup=1' };
    expect((await here.call('add_override_features_for_user', args)).metadata.reason).toBe(
      'The parameter “features” should be JSON.',
    );
  });

  it('lets a reseller change only its own accounts', async () => {
    const features = '{"mysql":1}';
    const own = await here.call('add_override_features_for_user', { user: 'carl', features }, { as: rita });
    expect(own.metadata.result).toBe(1);
    const other = await here.call('add_override_features_for_user', { user: 'bob', features }, { as: rita });
    expect(other.metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You do not have access to an account named “bob”.',
    });
    expect(await settings({ user: 'bob', feature: 'mysql' })).toMatchObject([{ cpuser_setting: null }]);
  });

  it('rejects a user that does not exist', async () => {
    expect((await override('zoe', { backup: 1 })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “zoe”.',
    });
  });

  it('requires the privilege edit-account from a reseller', async () => {
    const args = { user: 'carl', features: '{"mysql":1}' };
    const as = reseller('rita', 'upgrade-account');
    expect((await here.call('add_override_features_for_user', args, { as })).metadata.reason).toBe(
      'You may not call “add_override_features_for_user”. It requires the privilege “edit-account”.',
    );
  });
});

describe('remove_override_features_for_user', () => {
  const remove = (user: string, features: unknown, as = reseller('rita', 'edit-account')) =>
    here.call('remove_override_features_for_user', { user, features: JSON.stringify(features) }, { as });

  it('makes the feature list apply again', async () => {
    await override('carl', { webmail: 0, mysql: 1, backup: 1 });
    expect(await remove('carl', ['webmail', 'mysql', 'mysql'])).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'remove_override_features_for_user' },
    });
    expect(await has('carl', 'webmail')).toBe(1);
    expect(await has('carl', 'mysql')).toBe(0);
    expect(await has('carl', 'backup')).toBe(1);
  });

  it('warns about features that were not overridden, and removes the others', async () => {
    await override('carl', { webmail: 0 });
    expect((await remove('carl', ['mysql', 'webmail'])).metadata).toMatchObject({
      result: 1,
      output: { warnings: ['The account “carl” did not have an override of the feature “mysql”.'] },
    });
    expect(await has('carl', 'webmail')).toBe(1);
  });

  it('names the unknown feature, and changes nothing', async () => {
    await override('carl', { webmail: 0 });
    expect((await remove('carl', ['webmail', 'webmial'])).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'There is no feature “webmial”. Did you mean “webmail”?',
    });
    expect(await has('carl', 'webmail')).toBe(0);
  });

  it.each([{ webmail: 1 }, 'webmail', [], [1], null])('rejects %j', async (features) => {
    expect((await remove('carl', features)).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The parameter “features” should be a JSON array of features, such as ["backup"].',
    });
  });

  it('does not change other users’ accounts', async () => {
    await override('bob', { mysql: 0 });
    expect((await remove('bob', ['mysql'])).metadata.error_code).toBe('denied');
    expect(await has('bob', 'mysql')).toBe(0);
  });

  it('requires the privilege edit-account from a reseller', async () => {
    expect((await remove('carl', ['mysql'], reseller('rita', 'upgrade-account'))).metadata.reason).toBe(
      'You may not call “remove_override_features_for_user”. It requires the privilege “edit-account”.',
    );
  });
});

describe('verify_user_has_feature', () => {
  it('returns the value of the feature list', async () => {
    expect((await here.call('verify_user_has_feature', { user: 'carl', feature: 'mysql' })).data).toEqual({
      has_feature: 0,
      query_feature: 'mysql',
    });
    expect(await has('carl', 'webmail')).toBe(1);
  });

  it('returns no user as having a disabled feature', async () => {
    await override('carl', { webmail: 1 });
    await here.call('update_featurelist', { featurelist: 'disabled', webmail: '0' });
    expect(await has('carl', 'webmail')).toBe(0);
    expect(await has('bob', 'webmail')).toBe(0);
  });

  it('returns no user as having an unknown feature, with a warning', async () => {
    const answer = await here.call('verify_user_has_feature', { user: 'bob', feature: 'webmial' });
    expect(answer.data).toEqual({ has_feature: 0, query_feature: 'webmial' });
    expect(answer.metadata.output?.warnings).toEqual([
      'There is no feature “webmial”. Did you mean “webmail”?',
    ]);
  });

  it('returns only a reseller’s own accounts to the reseller', async () => {
    const as = reseller('rita');
    const own = await here.call('verify_user_has_feature', { user: 'carl', feature: 'mysql' }, { as });
    expect(own.data).toMatchObject({ has_feature: 0 });
    const other = await here.call('verify_user_has_feature', { user: 'bob', feature: 'mysql' }, { as });
    expect(other.metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You do not have access to an account named “bob”.',
    });
  });
});

describe('get_users_features_settings', () => {
  it('returns each feature of each account, in the requested order', async () => {
    await override('carl', { mysql: 1 });
    expect(await settings({ user: ['carl', 'bob', 'carl'], feature: ['webmail', 'mysql'] })).toEqual([
      {
        user: 'carl',
        feature: 'webmail',
        feature_list: 'Mail Only',
        feature_list_setting: 1,
        cpuser_setting: null,
      },
      {
        user: 'carl',
        feature: 'mysql',
        feature_list: 'Mail Only',
        feature_list_setting: 0,
        cpuser_setting: 1,
      },
      {
        user: 'bob',
        feature: 'webmail',
        feature_list: 'default',
        feature_list_setting: 1,
        cpuser_setting: null,
      },
      {
        user: 'bob',
        feature: 'mysql',
        feature_list: 'default',
        feature_list_setting: 1,
        cpuser_setting: null,
      },
    ]);
  });

  it('accepts numbered parameters', async () => {
    const rows = await settings({ 'user-1': 'bob', 'user-2': 'carl', 'feature-1': 'mysql' });
    expect(rows).toMatchObject([{ user: 'bob' }, { user: 'carl' }]);
  });

  it('returns all features if none is named', async () => {
    const rows = (await settings({ user: 'bob' })) as { feature: string }[];
    const names = (await here.call('get_feature_names')).data?.feature as { id: string }[];
    expect(rows.map(({ feature }) => feature)).toEqual(names.map(({ id }) => id));
  });

  it('counts features that are disabled for everybody as off', async () => {
    await here.call('update_featurelist', { featurelist: 'disabled', mysql: '0' });
    expect(await settings({ user: 'bob', feature: 'mysql' })).toMatchObject([{ feature_list_setting: 0 }]);
  });

  it.each([
    ['mysqk', 'There is no feature “mysqk”. Did you mean “mysql”?'],
    ['', 'There is no feature “”. Run get_feature_names to list the features.'],
  ])('rejects the feature “%s”', async (feature, reason) => {
    expect((await here.call('get_users_features_settings', { user: 'bob', feature })).metadata).toMatchObject(
      {
        error_code: 'bad_param',
        reason,
      },
    );
  });

  it('returns a reseller’s own accounts, and nothing if one belongs to somebody else', async () => {
    const as = reseller('rita');
    const own = await here.call('get_users_features_settings', { user: 'carl' }, { as });
    expect(own.metadata.result).toBe(1);
    const both = await here.call('get_users_features_settings', { user: ['carl', 'bob'] }, { as });
    expect(both).toMatchObject({
      metadata: { error_code: 'denied', reason: 'You do not have access to an account named “bob”.' },
    });
    expect(both.data).toBeUndefined();
  });

  it('rejects a user that does not exist', async () => {
    expect((await here.call('get_users_features_settings', { user: 'zoe' })).metadata.reason).toBe(
      'You do not have a user named “zoe”.',
    );
  });
});
