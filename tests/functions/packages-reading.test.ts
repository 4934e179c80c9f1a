import type { Caller } from '../../src/core/context.ts';
import { Installation, reseller } from '../support/installation.ts';
import { usualPackage } from '../support/usual-package.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await here.call('addpkg', { name: 'gold', quota: '0', _PACKAGE_EXTENSIONS: 'sitebuilder theme=dark' });
  await here.call('addpkg', { name: 'silver', quota: '2048', featurelist: 'Mail Only', hasshell: '1' });
  await here.call('addpkg', { name: 'mine', ip: 'y' }, { as: bob });
});
afterEach(() => here.remove());

const bob = reseller('bob', 'add-pkg', 'edit-pkg', 'allow-unlimited-pkgs', 'add-pkg-ip');
const alice = reseller('alice', 'list-pkgs');
const viewer = reseller('bob', 'edit-pkg', 'viewglobalpackages');

const namesOf = (data: { pkg?: unknown } | undefined) =>
  (data?.pkg as { name: string }[]).map(({ name }) => name);
const list = async (as?: Caller, args = {}) =>
  namesOf((await here.call('listpkgs', args, as === undefined ? {} : { as })).data);
const match = async (args: Record<string, string>) => namesOf((await here.call('matchpkgs', args)).data);
const extensionsOf = async (pkg: string) => {
  const { data } = await here.call('getpkginfo', { pkg });
  return (data?.pkg as Record<string, unknown>)._PACKAGE_EXTENSIONS;
};

describe('getpkginfo', () => {
  it('has no limits in “default”', async () => {
    expect((await here.call('getpkginfo', { pkg: 'default' })).data).toEqual({
      pkg: {
        ...usualPackage,
        ...{ BWLIMIT: 'unlimited', QUOTA: 'unlimited', MAX_EMAILACCT_QUOTA: 'unlimited' },
        ...{ MAXADDON: 'unlimited', MAXPARK: 'unlimited' },
      },
    });
  });

  it('rejects a package that does not exist', async () => {
    expect((await here.call('getpkginfo', { pkg: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The package “none” does not exist. Run listpkgs to list the packages.',
    });
  });

  it('hides root’s packages from a reseller without viewglobalpackages', async () => {
    expect((await here.call('getpkginfo', { pkg: 'gold' }, { as: bob })).metadata.error_code).toBe(
      'not_found',
    );
    expect((await here.call('getpkginfo', { pkg: 'gold' }, { as: viewer })).data?.pkg).toMatchObject({
      QUOTA: 'unlimited',
    });
  });

  it('hides one reseller’s packages from another', async () => {
    const { metadata } = await here.call('getpkginfo', { pkg: 'bob_mine' }, { as: alice });
    expect(metadata.error_code).toBe('not_found');
  });

  it('requires a privilege from a reseller', async () => {
    const { metadata } = await here.call(
      'getpkginfo',
      { pkg: 'gold' },
      { as: reseller('bob', 'list-accts') },
    );
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason:
        'You may not call “getpkginfo”. It requires the privilege “list-pkgs” or “add-pkg” or “edit-pkg”.',
    });
  });
});

/** The package “silver” in lists. matchpkgs has two flags as numbers. */
const silver = {
  ...usualPackage,
  ...{ name: 'silver', FEATURELIST: 'Mail Only', HASSHELL: 'y', IP: 'n', QUOTA: 2048 },
};

describe('listpkgs', () => {
  it('lists all packages for root', async () => {
    const { data } = await here.call('listpkgs');
    expect(namesOf(data)).toEqual(['bob_mine', 'default', 'gold', 'silver', 'starter']);
    expect((data?.pkg as unknown[])[3]).toEqual({ ...silver, CGI: 'y', FRONTPAGE: 'n' });
    expect((data?.pkg as unknown[])[2]).toMatchObject({ _PACKAGE_EXTENSIONS: 'sitebuilder theme=dark' });
  });

  it('lists a reseller’s own packages', async () => {
    expect(await list(bob)).toEqual(['bob_mine']);
    expect(await list(alice)).toEqual([]);
  });

  it('also lists the packages of root with viewglobalpackages', async () => {
    const all = ['bob_mine', 'default', 'gold', 'silver', 'starter'];
    expect(await list(viewer)).toEqual(all);
    expect(await list(viewer, { want: 'creatable' })).toEqual(all);
    expect(await list(viewer, { want: 'viewable' })).toEqual(all);
    expect(await list(viewer, { want: 'editable' })).toEqual(['bob_mine']);
  });

  it('shows packages of other resellers only to root', async () => {
    expect(await list(reseller('alice', 'list-pkgs', 'viewglobalpackages'))).toEqual([
      'default',
      'gold',
      'silver',
      'starter',
    ]);
  });

  it('filters and sorts by limits', async () => {
    const sorted = await list(undefined, {
      'api.filter.enable': '1',
      'api.filter.a.field': 'QUOTA',
      'api.filter.a.type': 'gt_handle_unlimited',
      'api.filter.a.arg0': '2048',
      'api.sort.enable': '1',
      'api.sort.a.field': 'QUOTA',
      'api.sort.a.method': 'numeric',
    });
    expect(sorted).toEqual(['bob_mine', 'starter', 'default', 'gold']);
  });
});

describe('matchpkgs', () => {
  it('lists all packages if there is no condition', async () => {
    expect(await match({})).toEqual(['bob_mine', 'default', 'gold', 'silver', 'starter']);
  });

  it('returns the contents of a package', async () => {
    const { data } = await here.call('matchpkgs', { FEATURELIST: 'Mail Only' });
    expect(data).toEqual({ pkg: [{ ...silver, CGI: 1, FRONTPAGE: 0 }] });
  });

  it.each([
    [{ QUOTA: 'unlimited' }, ['default', 'gold']],
    [{ QUOTA: '2048' }, ['silver']],
    [{ QUOTA: '2049' }, []],
    [{ IP: 'y' }, ['bob_mine']],
    [{ HASSHELL: '1' }, ['silver']],
    [{ DIGESTAUTH: 'y' }, []],
    [{ CGI: '1', MAXADDON: 'unlimited' }, ['default']],
    [{ QUOTA: 'unlimited', BWLIMIT: '1048576' }, ['gold']],
    [{ _PACKAGE_EXTENSIONS: 'theme' }, ['gold']],
    [{ _PACKAGE_EXTENSIONS: 'theme=dark sitebuilder' }, ['gold']],
    [{ _PACKAGE_EXTENSIONS: 'theme=light' }, []],
    [{ _PACKAGE_EXTENSIONS: 'theme other' }, []],
  ])('matches %j', async (args, expected) => {
    expect(await match(args as Record<string, string>)).toEqual(expected);
  });

  it('finds only packages that the caller can see', async () => {
    const { data } = await here.call('matchpkgs', { CGI: '1' }, { as: bob });
    expect(namesOf(data)).toEqual(['bob_mine']);
  });
});

describe('addpkgext', () => {
  it('adds extensions, and replaces the values of existing ones', async () => {
    const args = { name: 'gold', _PACKAGE_EXTENSIONS: 'theme=light shop' };
    expect((await here.call('addpkgext', args)).data).toEqual({ pkg: 'gold' });
    expect(await extensionsOf('gold')).toBe('sitebuilder theme=light shop');
  });

  it('rejects a call without extensions', async () => {
    expect((await here.call('addpkgext', { name: 'gold' })).metadata).toMatchObject({
      error_code: 'missing_param',
      reason:
        'The parameter “_PACKAGE_EXTENSIONS” is required: it should be a space-separated list of names or name=value.',
    });
  });

  it('rejects a package that does not exist', async () => {
    const { metadata } = await here.call('addpkgext', { name: 'none', _PACKAGE_EXTENSIONS: 'a' });
    expect(metadata.error_code).toBe('not_found');
  });

  it('changes only a reseller’s own packages', async () => {
    const own = { name: 'bob_mine', _PACKAGE_EXTENSIONS: 'a' };
    expect((await here.call('addpkgext', own, { as: bob })).data).toEqual({ pkg: 'bob_mine' });
    const { metadata } = await here.call('addpkgext', { ...own, name: 'gold' }, { as: viewer });
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason:
        'You cannot change the package “gold”, because it is not yours. Create your own package instead.',
    });
    expect(await extensionsOf('gold')).toBe('sitebuilder theme=dark');
  });

  it('requires the privilege edit-pkg from a reseller', async () => {
    const args = { name: 'bob_mine', _PACKAGE_EXTENSIONS: 'a' };
    const { metadata } = await here.call('addpkgext', args, { as: reseller('bob', 'add-pkg') });
    expect(metadata.reason).toBe('You may not call “addpkgext”. It requires the privilege “edit-pkg”.');
  });
});

describe('delpkgext', () => {
  it('removes extensions and keeps the others', async () => {
    const { data, metadata } = await here.call('delpkgext', { name: 'gold', _DELETE_EXTENSIONS: 'theme' });
    expect(data).toEqual({ pkg: 'gold' });
    expect(metadata.output).toBeUndefined();
    expect(await extensionsOf('gold')).toBe('sitebuilder');
  });

  it('warns about extensions that the package does not have, and removes the others', async () => {
    const args = { name: 'gold', _DELETE_EXTENSIONS: 'THEME sitebuilder' };
    expect((await here.call('delpkgext', args)).metadata).toMatchObject({
      result: 1,
      output: { warnings: ['The package “gold” did not have the extension “THEME”.'] },
    });
    expect(await extensionsOf('gold')).toBe('theme=dark');
  });

  it('accepts only names', async () => {
    const { metadata } = await here.call('delpkgext', { name: 'gold', _DELETE_EXTENSIONS: 'theme=dark' });
    expect(metadata.reason).toBe(
      'The parameter “_DELETE_EXTENSIONS” should be a space-separated list of names, not “theme=dark”.',
    );
  });

  it('changes only a reseller’s own packages', async () => {
    const args = { name: 'gold', _DELETE_EXTENSIONS: 'theme' };
    expect((await here.call('delpkgext', args, { as: viewer })).metadata.error_code).toBe('denied');
    expect((await here.call('delpkgext', args, { as: bob })).metadata.error_code).toBe('not_found');
    expect(await extensionsOf('gold')).toBe('sitebuilder theme=dark');
  });
});
