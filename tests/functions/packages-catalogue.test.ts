// What this server provides: its features, and the functions that the caller can call.
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const settingOf = async (featurelist: string, feature: string) => {
  const features = (await here.call('read_featurelist', { featurelist })).data?.features;
  return (features as Record<string, unknown>)[feature];
};

describe('getfeaturelist', () => {
  it('returns the same as get_feature_names', async () => {
    const { data } = await here.call('getfeaturelist');
    expect((data?.feature as unknown[])[0]).toEqual({ id: 'addoncgi', name: 'Ready-made CGI scripts' });
    expect(data).toEqual((await here.call('get_feature_names')).data);
  });

  it('requires a privilege from a reseller', async () => {
    const { metadata } = await here.call('getfeaturelist', {}, { as: reseller('bob', 'list-pkgs') });
    expect(metadata.reason).toBe(
      'You may not call “getfeaturelist”. It requires the privilege “add-pkg” or “edit-pkg”.',
    );
  });
});

describe('manage_features', () => {
  const infoOf = async (feature: string) => {
    const { data } = await here.call('manage_features', { action: 'info' });
    return (data?.feature as { feature_key: string }[]).find(({ feature_key }) => feature_key === feature);
  };

  it('returns everything about a feature', async () => {
    expect(await infoOf('mysql')).toEqual({
      feature_key: 'mysql',
      name: 'MySQL databases',
      description: 'MySQL databases',
      enabled: 1,
      link: '',
      recommended: 0,
      vendor: '',
    });
  });

  it('lists the IDs', async () => {
    const { data } = await here.call('manage_features', { action: 'list' });
    expect(Object.keys(data ?? {})).toEqual(['feature']);
    expect((data?.feature as unknown[]).slice(0, 2)).toEqual([
      { feature_key: 'addoncgi' },
      { feature_key: 'addondomains' },
    ]);
  });

  it('disables features for everybody, and enables them again', async () => {
    const off = await here.call('manage_features', {
      action: 'disable',
      features: 'mysql, phpmyadmin,mysql',
    });
    expect(off.data).toEqual({
      action: [
        { feature: 'mysql', status: 'The feature “mysql” is off for everybody.' },
        { feature: 'phpmyadmin', status: 'The feature “phpmyadmin” is off for everybody.' },
      ],
    });
    expect(await infoOf('mysql')).toMatchObject({ enabled: 0 });
    expect(await settingOf('disabled', 'phpmyadmin')).toBe(0);
    const on = await here.call('manage_features', { action: 'enable', features: 'mysql' });
    expect(on.data).toEqual({
      action: [
        { feature: 'mysql', status: 'The feature “mysql” is on, for all whose feature lists have it.' },
      ],
    });
    expect(await infoOf('mysql')).toMatchObject({ enabled: 1 });
    expect(await settingOf('disabled', 'phpmyadmin')).toBe(0);
  });

  it('changes nothing if one of the features is unknown', async () => {
    const { metadata } = await here.call('manage_features', { action: 'disable', features: 'mysql,mysqk' });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'There is no feature “mysqk”. Did you mean “mysql”?',
    });
    expect(await settingOf('disabled', 'mysql')).toBe(1);
  });

  it.each([{}, { features: ' , ' }])('requires features: %j', async (args) => {
    const { metadata } = await here.call('manage_features', { action: 'enable', ...args });
    expect(metadata).toMatchObject({
      error_code: 'missing_param',
      reason:
        'With action=enable, the parameter “features” is required: it should be a comma-separated list of the ' +
        'IDs of features.',
    });
  });

  it('rejects other actions', async () => {
    expect((await here.call('manage_features', { action: 'remove' })).metadata.reason).toBe(
      'The parameter “action” should be “info”, “list”, “enable” or “disable”, not “remove”.',
    );
  });

  it('is for root only', async () => {
    const { metadata } = await here.call(
      'manage_features',
      { action: 'info' },
      { as: reseller('bob', 'add-pkg') },
    );
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You may not call “manage_features”. Only root may call it.',
    });
  });
});

describe('get_available_applications', () => {
  it('shows the functions of a family as items of a group', async () => {
    const { data } = await here.call('get_available_applications', { applications_list: 'addpkg' });
    expect(data).toEqual({
      groups: [
        {
          group: 'packages',
          key: 'packages',
          groupdesc: 'packages',
          grouporder: 1,
          searchtext: 'packages',
          type: 'group',
          subtype: '',
          acl: null,
          dnsonly_ok: null,
          file: '',
          imgtype: '',
          target: '',
          items: [
            {
              key: 'addpkg',
              file: 'addpkg',
              itemdesc: 'addpkg',
              description: 'Create a package.',
              group: 'packages',
              itemorder: 1,
              acl: 'ACL=add-pkg',
              searchtext: 'addpkg Create a package.',
              type: 'item',
              subtype: '',
              dnsonly_ok: null,
              imgtype: '',
              target: '',
              url: '',
              minimum_accounts_needed: 0,
              multiuser_required: 0,
              role: null,
              service: null,
              subitems: [],
            },
          ],
        },
      ],
      raw: [
        { itemdesc: 'packages', type: 'group' },
        { itemdesc: 'addpkg', type: 'item' },
      ],
    });
  });

  it('contains all functions that root can call, ordered by family and name', async () => {
    const { data } = await here.call('get_available_applications');
    const groups = data?.groups as {
      group: string;
      grouporder: number;
      items: { key: string; acl: unknown }[];
    }[];
    const names = groups.map(({ group }) => group);
    expect(names).toEqual([...names].sort());
    expect(groups.map(({ grouporder }) => grouporder)).toEqual(groups.map((_, at) => at + 1));
    const keys = groups.flatMap(({ items }) => items.map(({ key }) => key));
    expect([...keys].sort()).toEqual((await here.call('applist')).data?.app);
    const aclOf = (name: string) => groups.flatMap(({ items }) => items).find(({ key }) => key === name)?.acl;
    expect(['applist', 'killpkg', 'create_featurelist'].map(aclOf)).toEqual([
      null,
      'ACL=edit-pkg,add-pkg',
      'ACL=all',
    ]);
  });

  it('shows a reseller the functions that it can call', async () => {
    const { data } = await here.call(
      'get_available_applications',
      { applications_list: 'addpkg,editpkg,create_featurelist' },
      { as: reseller('bob', 'edit-pkg') },
    );
    expect(data?.raw).toEqual([
      { itemdesc: 'packages', type: 'group' },
      { itemdesc: 'editpkg', type: 'item' },
    ]);
  });

  it('warns about unknown names, and returns the others', async () => {
    const answer = await here.call('get_available_applications', {
      applications_list: 'killpkg, create_ticket',
    });
    expect(answer.metadata.output?.warnings).toEqual([
      'There is no application “create_ticket” that you can use. Run applist to list them.',
    ]);
    expect(answer.data?.raw).toHaveLength(2);
  });

  it('rejects other menus', async () => {
    const { metadata } = await here.call('get_available_applications', { file: '../dynamicui.conf' });
    expect(metadata.reason).toBe('The parameter “file” should be “dynamicui.conf”, not “../dynamicui.conf”.');
  });
});

describe('_getpkgextensionform', () => {
  it('creates form fields from the extensions of a package', async () => {
    await here.call('addpkg', { name: 'gold', _PACKAGE_EXTENSIONS: 'sitebuilder theme=dark' });
    expect((await here.call('_getpkgextensionform', { pkg: 'gold' })).data).toEqual({
      html:
        '<fieldset>\n<legend>Extensions</legend>\n' +
        '<div><label for="extension-sitebuilder">sitebuilder</label> ' +
        '<input type="checkbox" id="extension-sitebuilder" name="sitebuilder" value="1" checked></div>\n' +
        '<div><label for="extension-theme">theme</label> ' +
        '<input type="text" id="extension-theme" name="theme" value="dark"></div>\n' +
        '</fieldset>\n',
    });
  });

  it('escapes values in attributes', async () => {
    await here.call('addpkg', { name: 'gold', _PACKAGE_EXTENSIONS: `x="><script>'&amp;</script>` });
    const { data } = await here.call('_getpkgextensionform', { pkg: 'gold' });
    expect(data?.html).toContain(
      'name="x" value="&quot;&gt;&lt;script&gt;&#39;&amp;amp;&lt;/script&gt;"></div>',
    );
  });

  it('returns nothing for a package without extensions', async () => {
    expect((await here.call('_getpkgextensionform', { pkg: 'default' })).data).toEqual({ html: '' });
  });

  it('shows a reseller only the packages that it can see', async () => {
    const bob = reseller('bob', 'list-pkgs');
    expect((await here.call('_getpkgextensionform', { pkg: 'default' }, { as: bob })).metadata).toMatchObject(
      {
        error_code: 'not_found',
        reason: 'The package “default” does not exist. Run listpkgs to list the packages.',
      },
    );
    const viewer = reseller('bob', 'list-pkgs', 'viewglobalpackages');
    expect((await here.call('_getpkgextensionform', { pkg: 'default' }, { as: viewer })).data).toEqual({
      html: '',
    });
  });

  it('requires a privilege from a reseller', async () => {
    const { metadata } = await here.call('_getpkgextensionform', { pkg: 'default' }, { as: reseller('bob') });
    expect(metadata.reason).toBe(
      'You may not call “_getpkgextensionform”. ' +
        'It requires the privilege “list-pkgs” or “add-pkg” or “edit-pkg”.',
    );
  });
});
