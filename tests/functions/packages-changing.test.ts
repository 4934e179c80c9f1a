import type { Caller } from '../../src/core/context.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const bob = reseller('bob', 'list-pkgs', 'add-pkg', 'edit-pkg', 'allow-unlimited-pkgs');
const alice = reseller('alice', 'add-pkg', 'edit-pkg');
/** Can create and change packages, within limits. */
const carl = reseller('carl', 'add-pkg', 'edit-pkg');
/** What carl can leave unlimited: nothing. */
const finite = { maxsub: '1', maxsql: '1', maxpop: '1', maxlst: '1', maxftp: '1' };

const info = async (pkg: string) => (await here.call('getpkginfo', { pkg })).data?.pkg;
const names = async (as?: Caller) => {
  const { data } = await here.call('listpkgs', {}, as === undefined ? {} : { as });
  return (data?.pkg as { name: string }[]).map(({ name }) => name);
};
const extensionsOf = async (pkg: string) =>
  ((await info(pkg)) as { _PACKAGE_EXTENSIONS: string })._PACKAGE_EXTENSIONS;

describe('editpkg', () => {
  it('changes the given values and keeps the others', async () => {
    await here.call('addpkg', { name: 'gold', maxpop: '5', hasshell: '1', _PACKAGE_EXTENSIONS: 'a=1' });
    expect((await here.call('editpkg', { name: 'gold', quota: '20480', cgi: '0' })).data).toEqual({
      pkg: 'gold',
    });
    expect(await info('gold')).toMatchObject({
      QUOTA: 20480,
      CGI: 0,
      MAXPOP: 5,
      HASSHELL: 1,
      BWLIMIT: 1048576,
      _PACKAGE_EXTENSIONS: 'a=1',
    });
  });

  it('sets the limits of mail under their own names', async () => {
    await here.call('editpkg', { name: 'default', max_email_per_hour: '50', max_defer_fail_percentage: '7' });
    expect(await info('default')).toMatchObject({ MAX_EMAIL_PER_HOUR: 50, MAX_DEFER_FAIL_PERCENTAGE: 7 });
  });

  it('replaces the old extensions with new ones', async () => {
    await here.call('addpkg', { name: 'gold', _PACKAGE_EXTENSIONS: 'a=1 b' });
    await here.call('editpkg', { name: 'gold', _PACKAGE_EXTENSIONS: 'c a' });
    expect(await extensionsOf('gold')).toBe('c a');
    await here.call('editpkg', { name: 'gold', _PACKAGE_EXTENSIONS: '' });
    expect(await extensionsOf('gold')).toBe('');
  });

  it('creates a package that does not exist, and says so', async () => {
    const { data, metadata } = await here.call('editpkg', { name: 'new', maxpop: '5' });
    expect(data).toEqual({ pkg: 'new' });
    expect(metadata.output?.warnings).toEqual([
      'The package “new” does not exist. The package “new” was created.',
    ]);
    await here.call('addpkg', { name: 'added', maxpop: '5' });
    expect(await info('new')).toEqual(await info('added'));
  });

  it('creates none for a reseller who cannot create packages', async () => {
    const answer = await here.call('editpkg', { name: 'new' }, { as: reseller('bob', 'edit-pkg') });
    expect(answer.metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The package “new” does not exist. Run listpkgs to list the packages.',
    });
  });

  it('rejects a feature list that does not exist', async () => {
    expect((await here.call('editpkg', { name: 'default', featurelist: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'There is no feature list “none”. Run get_featurelists to list the feature lists.',
    });
  });

  it('lets a reseller change its own package', async () => {
    await here.call('addpkg', { name: 'gold' }, { as: bob });
    await here.call('editpkg', { name: 'bob_gold', quota: '5' }, { as: bob });
    expect(await info('bob_gold')).toMatchObject({ QUOTA: 5 });
  });

  it('does not let a reseller change a package of root that it can see', async () => {
    const viewer = reseller('dora', 'edit-pkg', 'add-pkg', 'viewglobalpackages');
    expect(
      (await here.call('editpkg', { name: 'default', quota: '5' }, { as: viewer })).metadata,
    ).toMatchObject({
      error_code: 'denied',
      reason:
        'You cannot change the package “default”, because it is not yours. Create your own package instead.',
    });
  });

  it('requires no privilege for a value that root set and that stays', async () => {
    await here.call('addpkg', { name: 'carl_big', ...finite }, { as: carl });
    await here.call('editpkg', {
      name: 'carl_big',
      hasshell: '1',
      maxpop: 'unlimited',
      max_email_per_hour: '9',
    });
    const answer = await here.call(
      'editpkg',
      { name: 'carl_big', quota: '5', hasshell: '1', maxpop: 'unlimited' },
      { as: carl },
    );
    expect(answer.data).toEqual({ pkg: 'carl_big' });
  });

  it('requires the privilege if a limit of mail is removed', async () => {
    await here.call('addpkg', { name: 'carl_big', ...finite }, { as: carl });
    await here.call('editpkg', { name: 'carl_big', max_email_per_hour: '9' });
    const args = { name: 'carl_big', max_email_per_hour: 'unlimited' };
    expect((await here.call('editpkg', args, { as: carl })).metadata.reason).toBe(
      'You do not have the privileges for these settings. ' +
        '“max_email_per_hour=unlimited” requires the privilege “allow-emaillimits-pkgs”.',
    );
  });

  it('requires the privilege edit-pkg from a reseller', async () => {
    const answer = await here.call('editpkg', { name: 'gold' }, { as: reseller('bob', 'add-pkg') });
    expect(answer.metadata.reason).toBe('You may not call “editpkg”. It requires the privilege “edit-pkg”.');
  });
});

describe('killpkg', () => {
  it('removes a package and its extensions', async () => {
    await here.call('addpkg', { name: 'gold', _PACKAGE_EXTENSIONS: 'a' });
    expect(await here.call('killpkg', { pkgname: 'gold' })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'killpkg' },
    });
    expect(await names()).toEqual(['default', 'starter']);
    await here.call('addpkg', { name: 'gold' });
    expect(await extensionsOf('gold')).toBe('');
  });

  it('rejects a package that does not exist', async () => {
    expect((await here.call('killpkg', { pkgname: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The package “none” does not exist. Run listpkgs to list the packages.',
    });
  });

  it('does not remove “default”', async () => {
    expect((await here.call('killpkg', { pkgname: 'default' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The package “default” cannot be deleted: it always exists.',
    });
    expect(await names()).toEqual(['default', 'starter']);
  });

  it.each(['add-pkg', 'edit-pkg'])('lets a reseller with %s remove its own', async (privilege) => {
    await here.call('addpkg', { name: 'gold' }, { as: bob });
    const answer = await here.call('killpkg', { pkgname: 'bob_gold' }, { as: reseller('bob', privilege) });
    expect(answer.metadata.result).toBe(1);
    expect(await names(bob)).toEqual([]);
  });

  it('hides other resellers’ packages from a reseller, and does not remove them', async () => {
    await here.call('addpkg', { name: 'gold' }, { as: bob });
    expect((await here.call('killpkg', { pkgname: 'bob_gold' }, { as: alice })).metadata.reason).toBe(
      'The package “bob_gold” does not exist. Run listpkgs to list the packages.',
    );
    expect(await names(bob)).toEqual(['bob_gold']);
  });

  it('does not let a reseller remove a package of root that it can see', async () => {
    const viewer = reseller('dora', 'edit-pkg', 'viewglobalpackages');
    expect((await here.call('killpkg', { pkgname: 'starter' }, { as: viewer })).metadata.reason).toBe(
      'You cannot change the package “starter”, because it is not yours. Create your own package instead.',
    );
  });
});
