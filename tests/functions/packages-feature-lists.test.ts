import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const bob = reseller('bob', 'add-pkg');
const names = async () => (await here.call('get_featurelists')).data?.featurelists;
/** The value of a feature in a list. */
const settingOf = async (featurelist: string, feature: string) => {
  const features = (await here.call('read_featurelist', { featurelist })).data?.features;
  return (features as Record<string, unknown> | undefined)?.[feature];
};
const dataOf = async (featurelist: string, id: string) => {
  const { data } = await here.call('get_featurelist_data', {
    featurelist,
    'api.filter.enable': '1',
    'api.filter.a.field': 'id',
    'api.filter.a.arg0': id,
    'api.filter.a.type': 'eq',
  });
  return (data?.features as unknown[])[0];
};

describe('get_featurelists', () => {
  it('lists the lists of a new installation', async () => {
    expect((await here.call('get_featurelists')).data).toEqual({
      featurelists: ['Mail Only', 'default', 'disabled'],
    });
  });

  it('shows them to resellers who can create packages', async () => {
    expect((await here.call('get_featurelists', {}, { as: bob })).data).toEqual({
      featurelists: ['Mail Only', 'default', 'disabled'],
    });
  });

  it('requires a privilege from a reseller', async () => {
    const { metadata } = await here.call('get_featurelists', {}, { as: reseller('bob', 'list-pkgs') });
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You may not call “get_featurelists”. It requires the privilege “add-pkg” or “edit-pkg”.',
    });
  });
});

describe('get_available_featurelists', () => {
  it('returns the same as get_featurelists', async () => {
    expect((await here.call('get_available_featurelists', {}, { as: bob })).data).toEqual({
      available_featurelists: ['Mail Only', 'default', 'disabled'],
    });
  });
});

describe('get_feature_names', () => {
  it('returns IDs and names', async () => {
    const { data } = await here.call('get_feature_names');
    const list = data?.feature as { id: string; name: string }[];
    expect(list[0]).toEqual({ id: 'addoncgi', name: 'Ready-made CGI scripts' });
    expect(list).toContainEqual({ id: 'webmail', name: 'Webmail' });
  });

  it('sorts by ID, and has no ID or name twice', async () => {
    const { data } = await here.call('get_feature_names');
    const list = data?.feature as { id: string; name: string }[];
    const ids = list.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(list.map(({ name }) => name)).size).toBe(ids.length);
  });
});

describe('get_feature_metadata', () => {
  it('returns for each feature that it is not a plugin', async () => {
    const { data } = await here.call('get_feature_metadata', {}, { as: bob });
    expect((data?.features as unknown[])[1]).toEqual({
      id: 'addondomains',
      is_plugin: 0,
      name: 'Addon domains',
    });
  });
});

describe('read_featurelist', () => {
  it('has every feature in “default” and only the mail features in “Mail Only”', async () => {
    expect(await settingOf('default', 'mysql')).toBe(1);
    expect(await settingOf('Mail Only', 'mysql')).toBe(0);
    expect(await settingOf('Mail Only', 'webmail')).toBe(1);
  });

  it('rejects a list that does not exist', async () => {
    expect((await here.call('read_featurelist', { featurelist: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'There is no feature list “none”. Run get_featurelists to list the feature lists.',
    });
  });
});

describe('get_featurelist_data', () => {
  it('returns for each feature whether the list has it', async () => {
    expect(await dataOf('Mail Only', 'webmail')).toEqual({
      id: 'webmail',
      name: 'Webmail',
      value: 1,
      is_disabled: 0,
      badge_class: '',
      badge_label: '',
      dependencies: [],
      is_meridian_only: null,
      is_standalone_experience: 0,
      only_one_rules: [],
      redirect_url: '',
      required_package_extension: '',
      suppress_plugin_label: 0,
    });
  });

  it('marks features that are disabled for everybody, and keeps their values in the list', async () => {
    await here.call('update_featurelist', { featurelist: 'disabled', webmail: '0' });
    expect(await dataOf('Mail Only', 'webmail')).toMatchObject({ value: 1, is_disabled: 1 });
    expect(await dataOf('Mail Only', 'popaccts')).toMatchObject({ value: 1, is_disabled: 0 });
  });

  it('shows the features in “disabled” as 0', async () => {
    await here.call('update_featurelist', { featurelist: 'disabled', webmail: '0' });
    expect(await dataOf('disabled', 'webmail')).toMatchObject({ value: 0, is_disabled: 0 });
    expect(await dataOf('disabled', 'popaccts')).toMatchObject({ value: 1, is_disabled: 0 });
  });

  it('rejects a list that does not exist', async () => {
    const { metadata } = await here.call('get_featurelist_data', { featurelist: 'none' }, { as: bob });
    expect(metadata.reason).toBe(
      'There is no feature list “none”. Run get_featurelists to list the feature lists.',
    );
  });
});

describe('create_featurelist', () => {
  it('creates a list with only the given features', async () => {
    const { data } = await here.call('create_featurelist', {
      featurelist: 'Web Only',
      mysql: '1',
      'modules-perl': '1',
      webmail: '0',
    });
    expect(data).toEqual({ featurelist: 'Web Only' });
    expect(await names()).toEqual(['Mail Only', 'Web Only', 'default', 'disabled']);
    expect(await settingOf('Web Only', 'mysql')).toBe(1);
    expect(await settingOf('Web Only', 'modules-perl')).toBe(1);
    expect(await settingOf('Web Only', 'webmail')).toBe(0);
    expect(await settingOf('Web Only', 'cron')).toBe(0);
  });

  it('rejects a list that exists', async () => {
    const { metadata } = await here.call('create_featurelist', { featurelist: 'Mail Only', mysql: '1' });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The feature list “Mail Only” already exists. Replace it with overwrite=1, or choose another name.',
    });
    expect(await settingOf('Mail Only', 'mysql')).toBe(0);
  });

  it('replaces a list if requested', async () => {
    await here.call('create_featurelist', { featurelist: 'Mail Only', mysql: '1', overwrite: '1' });
    expect(await settingOf('Mail Only', 'mysql')).toBe(1);
    expect(await settingOf('Mail Only', 'webmail')).toBe(0);
  });

  it.each(['default', 'disabled'])('does not replace “%s”', async (featurelist) => {
    const { metadata } = await here.call('create_featurelist', { featurelist, overwrite: '1' });
    expect(metadata.reason).toBe(
      `The feature list “${featurelist}” always exists. Change it with update_featurelist.`,
    );
    expect(await settingOf(featurelist, 'webmail')).toBe(1);
  });

  it('suggests the nearest feature if a name is mistyped', async () => {
    const { metadata } = await here.call('create_featurelist', { featurelist: 'Web Only', webmial: '1' });
    expect(metadata.output?.warnings).toEqual([expect.stringContaining('“webmail”')]);
  });

  it.each([
    ['starts with a dot', '.hidden'],
    ['has a slash', 'a/b'],
    ['is longer than 64 characters', 'x'.repeat(65)],
  ])('rejects a name that %s', async (_what, featurelist) => {
    expect((await here.call('create_featurelist', { featurelist })).metadata.reason).toBe(
      'The parameter “featurelist” should be at most 64 letters, digits, spaces, “_”, “-” and “.”, ' +
        `but not starting with a dot or a space, not “${featurelist}”.`,
    );
  });

  it('is for root only', async () => {
    const answer = await here.call('create_featurelist', { featurelist: 'mine' }, { as: bob });
    expect(answer.metadata.reason).toBe('You may not call “create_featurelist”. Only root may call it.');
  });
});

describe('update_featurelist', () => {
  it('changes the named features and keeps the others', async () => {
    const { data } = await here.call('update_featurelist', {
      featurelist: 'Mail Only',
      webmail: '0',
      cron: '1',
    });
    expect(data).toEqual({
      featurelist: 'Mail Only',
      invalid_features: [],
      updated_features: { webmail: 0, cron: 1 },
    });
    expect(await settingOf('Mail Only', 'webmail')).toBe(0);
    expect(await settingOf('Mail Only', 'cron')).toBe(1);
    expect(await settingOf('Mail Only', 'popaccts')).toBe(1);
  });

  it('creates a list that does not exist', async () => {
    await here.call('update_featurelist', { featurelist: 'TheBlackLagoon', autoresponders: '1' });
    expect(await settingOf('TheBlackLagoon', 'autoresponders')).toBe(1);
    expect(await settingOf('TheBlackLagoon', 'webmail')).toBe(0);
  });

  it('accepts flags as JSON values', async () => {
    const { data } = await here.call('update_featurelist', { featurelist: 'default', cron: false, ssh: 0 });
    expect(data?.updated_features).toEqual({ cron: 0, ssh: 0 });
  });

  it('names the unknown features, and stores the others', async () => {
    const { data } = await here.call('update_featurelist', { featurelist: 'default', cron: '0', crom: '0' });
    expect(data).toEqual({
      featurelist: 'default',
      invalid_features: [{ crom: 0 }],
      updated_features: { cron: 0 },
    });
  });

  it('rejects a call that names no known feature', async () => {
    const { metadata } = await here.call('update_featurelist', { featurelist: 'new', crom: '0' });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'There is no feature “crom”. Run get_feature_names to list the features.',
    });
    expect(await names()).toEqual(['Mail Only', 'default', 'disabled']);
  });

  it('rejects a call without features', async () => {
    const { metadata } = await here.call('update_featurelist', { featurelist: 'default' });
    expect(metadata).toMatchObject({
      error_code: 'missing_param',
      reason:
        'An argument “FEATURE” is required: the ID of a feature, with the value 1 or 0. Repeatable for other features.',
    });
  });

  it('rejects a value that is neither 1 nor 0, and stores nothing', async () => {
    const { metadata } = await here.call('update_featurelist', {
      featurelist: 'default',
      cron: '0',
      ssh: 'off',
      webmail: [1],
    });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The feature “ssh” should be 1 or 0, not “off”. The feature “webmail” should be 1 or 0, not a JSON structure.',
    });
    expect(await settingOf('default', 'cron')).toBe(1);
  });

  it('is for root only', async () => {
    const answer = await here.call('update_featurelist', { featurelist: 'default', cron: '0' }, { as: bob });
    expect(answer.metadata.reason).toBe('You may not call “update_featurelist”. Only root may call it.');
  });
});

describe('delete_featurelist', () => {
  it('removes a list', async () => {
    const { data } = await here.call('delete_featurelist', { featurelist: 'Mail Only' });
    expect(data).toEqual({ deleted_featurelist: 'Mail Only' });
    expect(await names()).toEqual(['default', 'disabled']);
  });

  it('forgets the contents of the list', async () => {
    await here.call('delete_featurelist', { featurelist: 'Mail Only' });
    await here.call('create_featurelist', { featurelist: 'Mail Only' });
    expect(await settingOf('Mail Only', 'webmail')).toBe(0);
  });

  it.each(['default', 'disabled'])('does not remove “%s”', async (featurelist) => {
    expect((await here.call('delete_featurelist', { featurelist })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: `The feature list “${featurelist}” cannot be deleted: it always exists.`,
    });
  });

  it('rejects a list that a package uses', async () => {
    await here.call('addpkg', { name: 'mail', featurelist: 'Mail Only' });
    expect((await here.call('delete_featurelist', { featurelist: 'Mail Only' })).metadata.reason).toBe(
      'The feature list “Mail Only” is assigned to the package “mail”. Assign another one to that package first.',
    );
    await here.call('editpkg', { name: 'mail', featurelist: 'default' });
    expect((await here.call('delete_featurelist', { featurelist: 'Mail Only' })).metadata.result).toBe(1);
  });

  it('rejects a list that does not exist', async () => {
    expect((await here.call('delete_featurelist', { featurelist: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'There is no feature list “none”. Run get_featurelists to list the feature lists.',
    });
  });

  it('is for root only', async () => {
    const answer = await here.call('delete_featurelist', { featurelist: 'Mail Only' }, { as: bob });
    expect(answer.metadata.reason).toBe('You may not call “delete_featurelist”. Only root may call it.');
  });
});
