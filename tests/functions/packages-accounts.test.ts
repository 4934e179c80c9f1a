// How changes of packages and feature lists affect the accounts that use them.
import { MachineError } from '../../src/core/machine-error.ts';
import { addAccounts, anAccount, storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const bob = anAccount();
const carl = anAccount({ username: 'carl', owner: 'rita', settings: { diskLimit: 10 } });
/** Owns carl. */
const rita = reseller('rita', 'upgrade-account', 'add-pkg', 'viewglobalpackages');
const outsider = reseller('oscar', 'upgrade-account', 'viewglobalpackages');

const accountOf = (username: string) => storedAccount(here, username);
const createUser = async (name: string, shell: string) =>
  (await here.engine.machine.users()).create({ name, home: `/home/${name}`, shell, comment: '' });
const shellOf = async (name: string) => (await (await here.engine.machine.users()).find(name))?.shell;

describe('changepackage', () => {
  it('applies everything in the package to the account', async () => {
    await addAccounts(here, bob);
    await createUser('bob', '/usr/sbin/nologin');
    await here.call('addpkg', {
      name: 'gold',
      quota: '5120',
      bwlimit: '1000',
      maxaddon: '1',
      maxpark: '2',
      maxsub: '3',
      maxsql: '4',
      maxpop: '5',
      maxlst: '6',
      maxftp: '7',
      MAX_EMAIL_PER_HOUR: '8',
      MAX_DEFER_FAIL_PERCENTAGE: '9',
      max_emailacct_quota: '10',
      max_team_users: '2',
      cpmod: 'other',
      language: 'de',
      featurelist: 'Mail Only',
      hasshell: '1',
      cgi: '0',
      digestauth: '1',
    });
    expect((await here.call('changepackage', { user: 'bob', pkg: 'gold' })).metadata).toEqual({
      version: 1,
      reason: 'OK',
      result: 1,
      command: 'changepackage',
      output: {
        warnings: [
          'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.',
        ],
      },
    });
    expect(await accountOf('bob')).toEqual({
      ...bob,
      package: 'gold',
      shellPath: '/bin/bash',
      settings: {
        diskLimit: 5120,
        bandwidthLimit: 1000,
        maxAddonDomains: 1,
        maxParkedDomains: 2,
        maxSubdomains: 3,
        maxDatabases: 4,
        maxMailboxes: 5,
        maxMailingLists: 6,
        maxFtpAccounts: 7,
        maxEmailPerHour: 8,
        maxDeferFailPercentage: 9,
        maxMailboxQuota: 10,
        maxTeamUsers: 2,
        theme: 'other',
        locale: 'de',
        featureList: 'Mail Only',
        dedicatedIp: false,
        shell: true,
        cgi: false,
        digestAuth: true,
      },
    });
    expect(await shellOf('bob')).toBe('/bin/bash');
  });

  it('removes the shell', async () => {
    await addAccounts(here, anAccount({ shellPath: '/bin/zsh', settings: { shell: true } }));
    await createUser('bob', '/bin/zsh');
    await here.call('changepackage', { user: 'bob', pkg: 'default' });
    expect(await shellOf('bob')).toBe('/usr/sbin/nologin');
    expect(await accountOf('bob')).toMatchObject({ shellPath: '/usr/sbin/nologin' });
  });

  it('resets values that differed from the package, and keeps the shell that root chose', async () => {
    await here.call('addpkg', { name: 'gold', maxpop: '5', hasshell: '1', quota: 'unlimited' });
    const settings = { diskLimit: null, maxMailboxes: 9, shell: true };
    await addAccounts(here, anAccount({ package: 'gold', shellPath: '/bin/zsh', settings }));
    await here.call('changepackage', { user: 'bob', pkg: 'gold' });
    const account = await accountOf('bob');
    expect(account).toMatchObject({ shellPath: '/bin/zsh', settings: { maxMailboxes: 5, shell: true } });
  });

  it('does not change the address, and says so', async () => {
    await addAccounts(here, bob);
    await here.call('addpkg', { name: 'own address', ip: 'y', quota: 'unlimited' });
    const { metadata } = await here.call('changepackage', { user: 'bob', pkg: 'own address' });
    expect(metadata.output?.warnings).toEqual([
      'The account “bob” keeps its IP address. To change it, use setsiteip.',
    ]);
    expect(await accountOf('bob')).toMatchObject({ ip: bob.ip, settings: { dedicatedIp: false } });
  });

  it('changes nothing in a dry run, and returns the steps', async () => {
    await addAccounts(here, bob);
    await here.call('addpkg', { name: 'gold', hasshell: '1', quota: '5' });
    const { metadata } = await here.call('changepackage', { user: 'bob', pkg: 'gold' }, { dryRun: true });
    expect(metadata).toMatchObject({
      result: 1,
      output: {
        messages: [
          'Set the shell of “bob” to “/bin/bash”.',
          'Limit the disk space of “bob” to 5 MiB, if the file system enforces quotas.',
        ],
      },
    });
    expect(await accountOf('bob')).toEqual(bob);
  });

  it('changes nothing if the machine fails', async () => {
    await addAccounts(here, bob);
    await here.call('addpkg', { name: 'gold', hasshell: '1' });
    const { machine } = here.engine;
    const users = await machine.users();
    jest
      .spyOn(users, 'setShell')
      .mockRejectedValueOnce(new MachineError('failed', 'usermod: no space left.'));
    await createUser('bob', '/usr/sbin/nologin');
    here.overrides.machine = { ...machine, users: async () => users };
    expect((await here.call('changepackage', { user: 'bob', pkg: 'gold' })).metadata).toMatchObject({
      error_code: 'host_failed',
      reason: 'usermod: no space left.',
    });
    expect(await accountOf('bob')).toEqual(bob);
  });

  it('rejects an unknown account, and an unknown package', async () => {
    expect((await here.call('changepackage', { user: 'bob', pkg: 'default' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “bob”.',
    });
    await addAccounts(here, bob);
    expect((await here.call('changepackage', { user: 'bob', pkg: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The package “none” does not exist. Run listpkgs to list the packages.',
    });
  });

  it('requires both parameters', async () => {
    expect((await here.call('changepackage')).metadata).toMatchObject({
      error_code: 'missing_param',
      reason:
        'The parameter “user” is required: it should be a username: at most 16 lower-case letters and digits, the ' +
        'first a letter. The parameter “pkg” is required: it should be at most 64 letters, digits, spaces, “_”, “-” ' +
        'and “.”, but not starting with a dot or a space.',
    });
  });

  describe('of a reseller', () => {
    beforeEach(() => addAccounts(here, carl));

    it('works on its own accounts', async () => {
      const small = { name: 'small', maxsub: '1', maxsql: '1', maxpop: '1', maxlst: '1', maxftp: '1' };
      await here.call('addpkg', small, { as: rita });
      const { metadata } = await here.call(
        'changepackage',
        { user: 'carl', pkg: 'rita_small' },
        { as: rita },
      );
      expect(metadata.result).toBe(1);
      expect(await accountOf('carl')).toMatchObject({ package: 'rita_small', settings: { maxMailboxes: 1 } });
    });

    it('does not work on other users’ accounts', async () => {
      const args = { user: 'carl', pkg: 'starter' };
      expect((await here.call('changepackage', args, { as: outsider })).metadata).toMatchObject({
        error_code: 'denied',
        reason: 'You do not have access to an account named “carl”.',
      });
      expect(await accountOf('carl')).toEqual(carl);
    });

    it('cannot assign a package that the reseller cannot see', async () => {
      const blind = reseller('rita', 'upgrade-account');
      const args = { user: 'carl', pkg: 'starter' };
      expect((await here.call('changepackage', args, { as: blind })).metadata).toMatchObject({
        error_code: 'not_found',
        reason: 'The package “starter” does not exist. Run listpkgs to list the packages.',
      });
    });

    it('stays within the limits that root set for the reseller', async () => {
      await here.engine.store.transaction('changes', async (db) => ({
        value: await db.run("INSERT INTO reseller (username, disk_limit) VALUES ('rita', 1000)"),
        keep: true,
      }));
      const args = { user: 'carl', pkg: 'big' };
      await here.call('addpkg', { name: 'big', quota: '1001' });
      expect((await here.call('changepackage', args, { as: rita })).metadata).toMatchObject({
        error_code: 'limit_reached',
        reason:
          'You have 1000 MiB of disk space for all accounts together, of which your other accounts have 0 MiB.',
      });
      expect(await accountOf('carl')).toMatchObject({ package: 'default', settings: { diskLimit: 10 } });
    });

    it('requires the privilege allow-shell if the account gets a shell', async () => {
      await createUser('carl', '/usr/sbin/nologin');
      await here.call('addpkg', { name: 'shelled', hasshell: '1' });
      const args = { user: 'carl', pkg: 'shelled' };
      expect((await here.call('changepackage', args, { as: rita })).metadata).toMatchObject({
        error_code: 'denied',
        reason: 'An account with a shell requires the privilege “allow-shell”.',
      });
      const trusted = reseller('rita', 'upgrade-account', 'viewglobalpackages', 'allow-shell');
      expect((await here.call('changepackage', args, { as: trusted })).metadata.result).toBe(1);
      expect(await shellOf('carl')).toBe('/bin/bash');
    });

    it('requires the privilege upgrade-account', async () => {
      const args = { user: 'carl', pkg: 'starter' };
      const { metadata } = await here.call('changepackage', args, { as: reseller('rita', 'edit-account') });
      expect(metadata.reason).toBe(
        'You may not call “changepackage”. It requires the privilege “upgrade-account”.',
      );
    });
  });
});

describe('killpkg', () => {
  it('rejects a package that an account has', async () => {
    await here.call('addpkg', { name: 'gold' });
    await addAccounts(here, anAccount({ package: 'gold' }));
    expect((await here.call('killpkg', { pkgname: 'gold' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The package “gold” is assigned to the account “bob”. Assign another package to it first, with changepackage.',
    });
    expect((await here.call('getpkginfo', { pkg: 'gold' })).metadata.result).toBe(1);
    await here.call('changepackage', { user: 'bob', pkg: 'default' });
    expect((await here.call('killpkg', { pkg: 'gold' })).metadata.result).toBe(1);
  });

  it('does not name other users’ accounts to a reseller', async () => {
    const small = { name: 'small', maxsub: '1', maxsql: '1', maxpop: '1', maxlst: '1', maxftp: '1' };
    await here.call('addpkg', small, { as: rita });
    await addAccounts(here, anAccount({ package: 'rita_small' }));
    const { metadata } = await here.call('killpkg', { pkgname: 'rita_small' }, { as: rita });
    expect(metadata.reason).toBe(
      'The package “rita_small” is assigned to an account that is not yours. Its owner must assign another package to it first.',
    );
  });
});

describe('delete_featurelist', () => {
  it('rejects a list that an account has', async () => {
    await addAccounts(here, anAccount({ settings: { featureList: 'Mail Only' } }));
    expect((await here.call('delete_featurelist', { featurelist: 'Mail Only' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The feature list “Mail Only” is assigned to the account “bob”. Assign another one to that account first.',
    });
    expect((await here.call('get_featurelists')).data?.featurelists).toContain('Mail Only');
  });
});
