import { Installation, reseller } from '../support/installation.ts';
import { usualPackage } from '../support/usual-package.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const bob = reseller('bob', 'add-pkg', 'allow-unlimited-pkgs');
/** Can create packages, within limits. */
const carl = reseller('carl', 'add-pkg');
/** What carl can leave unlimited: nothing. */
const finite = { maxsub: '1', maxsql: '1', maxpop: '1', maxlst: '1', maxftp: '1' };

const info = async (pkg: string) => (await here.call('getpkginfo', { pkg })).data?.pkg;
const names = async () =>
  ((await here.call('listpkgs')).data?.pkg as { name: string }[]).map(({ name }) => name);

describe('addpkg', () => {
  it('creates a package with the usual limits', async () => {
    expect(await here.call('addpkg', { name: 'gold' })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'addpkg' },
      data: { pkg: 'gold' },
    });
    expect(await info('gold')).toEqual(usualPackage);
  });

  it('stores all given values', async () => {
    await here.call('addpkg', {
      name: 'All of it 2.0',
      quota: '1',
      bwlimit: 'unlimited',
      maxaddon: '2',
      maxpark: 'Unlimited',
      maxsub: '3',
      maxsql: '4',
      maxpop: '5',
      maxlst: '0',
      maxftp: '7',
      MAX_EMAIL_PER_HOUR: '8',
      MAX_DEFER_FAIL_PERCENTAGE: '90',
      max_emailacct_quota: '10',
      max_team_users: '7',
      cpmod: 'other',
      language: 'de',
      featurelist: 'Mail Only',
      ip: 'y',
      hasshell: '1',
      cgi: '0',
      digestauth: '1',
      frontpage: '1',
      _PACKAGE_EXTENSIONS: 'zebra color=red  ape=',
    });
    expect(await info('All of it 2.0')).toEqual({
      BWLIMIT: 'unlimited',
      CGI: 0,
      CPMOD: 'other',
      DIGESTAUTH: 'y',
      FEATURELIST: 'Mail Only',
      FRONTPAGE: 0,
      HASSHELL: 1,
      IP: 1,
      LANG: 'de',
      MAXADDON: 2,
      MAXFTP: 7,
      MAXLST: 0,
      MAXPARK: 'unlimited',
      MAXPOP: 5,
      MAXSQL: 4,
      MAXSUB: 3,
      MAX_DEFER_FAIL_PERCENTAGE: 90,
      MAX_EMAILACCT_QUOTA: 10,
      MAX_EMAIL_PER_HOUR: 8,
      MAX_TEAM_USERS: 7,
      QUOTA: 1,
      _PACKAGE_EXTENSIONS: 'zebra color=red ape=',
    });
  });

  it('reads 0 as unlimited for the parameters for which WHM does, and as none elsewhere', async () => {
    await here.call('addpkg', {
      name: 'zero',
      quota: '0',
      bwlimit: '00',
      max_emailacct_quota: '0',
      MAX_EMAIL_PER_HOUR: '0',
      MAX_DEFER_FAIL_PERCENTAGE: '0',
      maxpop: '0',
      maxsql: 'null',
    });
    expect(await info('zero')).toMatchObject({
      QUOTA: 'unlimited',
      BWLIMIT: 'unlimited',
      MAX_EMAILACCT_QUOTA: 'unlimited',
      MAX_EMAIL_PER_HOUR: 'unlimited',
      MAX_DEFER_FAIL_PERCENTAGE: 'unlimited',
      MAXPOP: 0,
      MAXSQL: 'unlimited',
    });
  });

  it.each([
    ['starts with a dot', '.gold'],
    ['has a slash', 'gold/silver'],
    ['ends with a space', 'gold '],
    ['is longer than 64 characters', 'x'.repeat(65)],
  ])('rejects a name that %s', async (_what, name) => {
    expect((await here.call('addpkg', { name })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “name” should be at most 64 letters, digits, spaces, “_”, “-” and “.”, ' +
        `but not starting with a dot or a space, not “${name}”.`,
    });
  });

  it('rejects the reserved name', async () => {
    expect((await here.call('addpkg', { name: 'extensions' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'A package cannot be called “extensions”: the name is reserved. Choose another name.',
    });
  });

  it('rejects a second package of the same name', async () => {
    await here.call('addpkg', { name: 'gold', quota: '1' });
    expect((await here.call('addpkg', { name: 'gold' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The package “gold” already exists. Change it with editpkg, or choose another name.',
    });
    expect(await info('gold')).toMatchObject({ QUOTA: 1 });
  });

  it('stores nothing for an unknown feature list, and names an existing package first', async () => {
    const unknown = { name: 'gold', featurelist: 'none' };
    expect((await here.call('addpkg', unknown)).metadata).toMatchObject({ error_code: 'not_found' });
    expect((await here.call('addpkg', { name: 'gold' })).metadata).toMatchObject({ result: 1 });
    expect((await here.call('addpkg', unknown)).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The package “gold” already exists. Change it with editpkg, or choose another name.',
    });
  });

  it('rejects all limits that are not numbers, at once', async () => {
    const { metadata } = await here.call('addpkg', {
      name: 'gold',
      quota: '-1',
      maxpop: '1.5',
      MAX_DEFER_FAIL_PERCENTAGE: '101',
      max_team_users: '8',
    });
    expect(metadata.reason).toBe(
      'The parameter “quota” should be a whole number or “unlimited”, not “-1”. ' +
        'The parameter “maxpop” should be a whole number or “unlimited”, not “1.5”. ' +
        'The parameter “max_team_users” should be a whole number from 0 to 7, not “8”. ' +
        'The parameter “MAX_DEFER_FAIL_PERCENTAGE” should be a whole number to 100 or “unlimited”, not “101”.',
    );
  });

  it('rejects extensions that are not names', async () => {
    const { metadata } = await here.call('addpkg', { name: 'gold', _PACKAGE_EXTENSIONS: 'a/b' });
    expect(metadata.reason).toBe(
      'The parameter “_PACKAGE_EXTENSIONS” should be a space-separated list of names or name=value, not “a/b”.',
    );
  });

  it('rejects a feature list that does not exist', async () => {
    expect((await here.call('addpkg', { name: 'gold', featurelist: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'There is no feature list “none”. Run get_featurelists to list the feature lists.',
    });
    expect(await names()).toEqual(['default', 'starter']);
  });

  it('rejects the feature list “disabled”', async () => {
    const { metadata } = await here.call('addpkg', { name: 'gold', featurelist: 'disabled' });
    expect(metadata.reason).toBe(
      'The feature list “disabled” contains the features that are disabled for everyone. It cannot be assigned to a package. Choose another feature list.',
    );
  });

  it('puts the reseller’s name before the package’s', async () => {
    expect((await here.call('addpkg', { name: 'gold' }, { as: bob })).data).toEqual({ pkg: 'bob_gold' });
    expect((await here.call('addpkg', { name: 'bob_silver' }, { as: bob })).data).toEqual({
      pkg: 'bob_silver',
    });
  });

  it('rejects a name that is too long with the reseller’s name before it', async () => {
    const { metadata } = await here.call('addpkg', { name: 'x'.repeat(61) }, { as: bob });
    expect(metadata.reason).toBe(
      `The package’s name with your username as its prefix, “bob_${'x'.repeat(61)}”, is longer than 64 characters.`,
    );
  });

  it('lets a reseller without further privileges create a package within limits', async () => {
    const answer = await here.call('addpkg', { name: 'small', ...finite }, { as: carl });
    expect(answer.data).toEqual({ pkg: 'carl_small' });
  });

  it.each([
    ['quota', '0', 'quota=unlimited', 'allow-unlimited-disk-pkgs'],
    ['bwlimit', 'unlimited', 'bwlimit=unlimited', 'allow-unlimited-bw-pkgs'],
    ['maxaddon', '1', 'maxaddon=1', 'allow-addoncreate'],
    ['maxpark', '1', 'maxpark=1', 'allow-parkedcreate'],
    ['maxsub', 'unlimited', 'maxsub=unlimited', 'allow-unlimited-pkgs'],
    ['maxsql', 'unlimited', 'maxsql=unlimited', 'allow-unlimited-pkgs'],
    ['maxpop', 'unlimited', 'maxpop=unlimited', 'allow-unlimited-pkgs'],
    ['maxlst', 'unlimited', 'maxlst=unlimited', 'allow-unlimited-pkgs'],
    ['maxftp', 'unlimited', 'maxftp=unlimited', 'allow-unlimited-pkgs'],
    ['max_emailacct_quota', '0', 'max_emailacct_quota=unlimited', 'allow-unlimited-pkgs'],
    ['MAX_EMAIL_PER_HOUR', '100', 'max_email_per_hour=100', 'allow-emaillimits-pkgs'],
    ['MAX_DEFER_FAIL_PERCENTAGE', '5', 'max_defer_fail_percentage=5', 'allow-emaillimits-pkgs'],
    ['ip', 'y', 'ip=y', 'add-pkg-ip'],
    ['hasshell', '1', 'hasshell=1', 'add-pkg-shell'],
  ])('rejects a reseller %s=%s without the privilege', async (param, value, said, privilege) => {
    const args = { name: 'big', ...finite, [param]: value };
    expect((await here.call('addpkg', args, { as: carl })).metadata).toMatchObject({
      error_code: 'denied',
      reason: `You do not have the privileges for these settings. “${said}” requires the privilege “${privilege}”.`,
    });
    const carlWithIt = reseller('carl', 'add-pkg', privilege);
    expect((await here.call('addpkg', args, { as: carlWithIt })).data).toEqual({ pkg: 'carl_big' });
  });

  it('requires both privileges if addon domains are unlimited', async () => {
    const args = { name: 'big', ...finite, maxaddon: 'unlimited' };
    expect((await here.call('addpkg', args, { as: carl })).metadata.reason).toBe(
      'You do not have the privileges for these settings. “maxaddon=unlimited” requires the privilege “allow-addoncreate”. ' +
        '“maxaddon=unlimited” requires the privilege “allow-unlimited-pkgs”.',
    );
  });

  it('requires the privilege add-pkg from a reseller', async () => {
    const answer = await here.call('addpkg', { name: 'gold' }, { as: reseller('bob', 'edit-pkg') });
    expect(answer.metadata.reason).toBe('You may not call “addpkg”. It requires the privilege “add-pkg”.');
  });
});
