// editpkg, if accounts have the package.
import { MachineError } from '../../src/core/machine-error.ts';
import type { Settings } from '../../src/capabilities/accounts/rules/packages/settings.ts';
import { addAccounts, anAccount, storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await here.call('addpkg', { name: 'gold', quota: '100', maxpop: '5' });
});
afterEach(() => here.remove());

const ofGold = (username: string, settings: Partial<Settings> = {}) =>
  anAccount({ username, package: 'gold', settings: { diskLimit: 100, maxMailboxes: 5, ...settings } });
const alice = ofGold('alice');
const bob = ofGold('bob');

const settingsOf = async (username: string) => (await storedAccount(here, username))?.settings;
const info = async (pkg: string) => (await here.call('getpkginfo', { pkg })).data?.pkg;
const createUser = async (name: string) =>
  (await here.engine.machine.users()).create({
    name,
    home: `/home/${name}`,
    shell: '/usr/sbin/nologin',
    comment: '',
  });
const shellOf = async (name: string) => (await (await here.engine.machine.users()).find(name))?.shell;

describe('editpkg', () => {
  it('applies the changed values only to the accounts of the package', async () => {
    const dora = anAccount({ username: 'dora' });
    await addAccounts(here, alice, bob, dora);
    const answer = await here.call('editpkg', { name: 'gold', quota: '200', featurelist: 'Mail Only' });
    expect(answer.data).toEqual({ pkg: 'gold' });
    expect(answer.metadata.output).toEqual({
      warnings: [
        'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.',
      ],
      messages: ['2 accounts have the package. The changes apply to them too.'],
    });
    expect(await info('gold')).toMatchObject({ QUOTA: 200, FEATURELIST: 'Mail Only', MAXPOP: 5 });
    const changed = { diskLimit: 200, featureList: 'Mail Only' };
    expect(await settingsOf('alice')).toEqual({ ...alice.settings, ...changed });
    expect(await settingsOf('bob')).toEqual({ ...bob.settings, ...changed });
    expect(await settingsOf('dora')).toEqual(dora.settings);
  });

  it('does not change values of an account that do not change in the package', async () => {
    await addAccounts(here, ofGold('bob', { maxMailboxes: 50, diskLimit: 7 }));
    await here.call('editpkg', { name: 'gold', maxpop: '5', quota: '100', maxsql: '3' });
    expect(await settingsOf('bob')).toMatchObject({ maxMailboxes: 50, diskLimit: 7, maxDatabases: 3 });
  });

  it('assigns shells on the machine, and removes them', async () => {
    await addAccounts(here, bob);
    await createUser('bob');
    await here.call('editpkg', { name: 'gold', hasshell: '1' });
    expect(await shellOf('bob')).toBe('/bin/bash');
    expect(await settingsOf('bob')).toMatchObject({ shell: true });
    await here.call('editpkg', { name: 'gold', hasshell: '0' });
    expect(await shellOf('bob')).toBe('/usr/sbin/nologin');
  });

  it('changes neither the package nor accounts if the machine fails for one of them', async () => {
    await addAccounts(here, alice, bob);
    await createUser('alice');
    await createUser('bob');
    const { machine } = here.engine;
    const users = await machine.users();
    const setShell = users.setShell.bind(users);
    jest.spyOn(users, 'setShell').mockImplementation(async (name, shell) => {
      if (name === 'bob' && shell === '/bin/bash')
        throw new MachineError('failed', 'usermod: no space left.');
      await setShell(name, shell);
    });
    here.overrides.machine = { ...machine, users: async () => users };
    const args = { name: 'gold', hasshell: '1', maxpop: '6', _PACKAGE_EXTENSIONS: 'a' };
    expect((await here.call('editpkg', args)).metadata).toMatchObject({
      error_code: 'host_failed',
      reason: 'usermod: no space left.',
    });
    expect(await shellOf('alice')).toBe('/usr/sbin/nologin');
    expect(await info('gold')).toMatchObject({ HASSHELL: 0, MAXPOP: 5, _PACKAGE_EXTENSIONS: '' });
    expect(await settingsOf('alice')).toEqual(alice.settings);
  });

  it('stores extensions together with the other values, and keeps them if none are given', async () => {
    await addAccounts(here, bob);
    await here.call('editpkg', { name: 'gold', maxpop: '6', _PACKAGE_EXTENSIONS: 'a b=1' });
    await here.call('editpkg', { name: 'gold', maxpop: '7' });
    expect(await info('gold')).toMatchObject({ MAXPOP: 7, _PACKAGE_EXTENSIONS: 'a b=1' });
  });

  it('has no messages if only extensions change', async () => {
    await addAccounts(here, bob);
    const { metadata } = await here.call('editpkg', { name: 'gold', _PACKAGE_EXTENSIONS: 'a' });
    expect(metadata.output).toBeUndefined();
    expect(await info('gold')).toMatchObject({ _PACKAGE_EXTENSIONS: 'a' });
  });

  it('does not change the addresses of accounts, and says so', async () => {
    await addAccounts(here, bob);
    const { metadata } = await here.call('editpkg', { name: 'gold', ip: 'y', maxpop: '6' });
    expect(metadata.output).toEqual({
      warnings: [
        'The accounts that have the package keep their IP addresses. To change them, use setsiteip.',
      ],
      messages: ['1 account has the package. The changes apply to them too.'],
    });
    expect(await info('gold')).toMatchObject({ IP: 1 });
    expect(await settingsOf('bob')).toEqual({ ...bob.settings, maxMailboxes: 6 });
  });

  it('saves nothing in a dry run, and returns the steps', async () => {
    await addAccounts(here, alice, bob);
    const { metadata } = await here.call('editpkg', { name: 'gold', quota: 'unlimited' }, { dryRun: true });
    expect(metadata.output?.messages).toEqual([
      '2 accounts have the package. The changes apply to them too.',
      'Limit the disk space of “alice” to unlimited, if the file system enforces quotas.',
      'Limit the disk space of “bob” to unlimited, if the file system enforces quotas.',
    ]);
    expect(await info('gold')).toMatchObject({ QUOTA: 100 });
    expect(await settingsOf('bob')).toEqual(bob.settings);
  });

  describe('of a reseller', () => {
    const rita = reseller('rita', 'edit-pkg', 'add-pkg', 'add-pkg-shell');
    const ofRita = (username: string, diskLimit: number) =>
      anAccount({ username, owner: 'rita', package: 'rita_small', settings: { diskLimit } });

    beforeEach(async () => {
      const small = { quota: '100', maxsub: '1', maxsql: '1', maxpop: '5', maxlst: '1', maxftp: '1' };
      await here.call('addpkg', { name: 'small', ...small }, { as: rita });
      await here.engine.store.transaction('changes', async (db) => ({
        value: await db.run("INSERT INTO reseller (username, disk_limit) VALUES ('rita', 1000)"),
        keep: true,
      }));
    });

    it('stays within the limit for all accounts together', async () => {
      await addAccounts(here, ofRita('alice', 100), ofRita('bob', 100));
      const args = { name: 'rita_small', quota: '501' };
      expect((await here.call('editpkg', args, { as: rita })).metadata).toMatchObject({
        error_code: 'limit_reached',
        reason:
          'You have 1000 MiB of disk space for all accounts together, of which your other accounts have 501 MiB.',
      });
      expect(await info('rita_small')).toMatchObject({ QUOTA: 100 });
      expect(await settingsOf('alice')).toMatchObject({ diskLimit: 100 });
      expect((await here.call('editpkg', { ...args, quota: '500' }, { as: rita })).metadata.result).toBe(1);
      expect(await settingsOf('bob')).toMatchObject({ diskLimit: 500 });
    });

    it('counts the final values of accounts, not those in between', async () => {
      await addAccounts(here, ofRita('alice', 100), ofRita('bob', 900));
      const args = { name: 'rita_small', quota: '500' };
      expect((await here.call('editpkg', args, { as: rita })).metadata.result).toBe(1);
      expect(await settingsOf('alice')).toMatchObject({ diskLimit: 500 });
    });

    it('requires the privilege allow-shell if accounts get a shell', async () => {
      await addAccounts(here, ofRita('bob', 100));
      const args = { name: 'rita_small', hasshell: '1' };
      expect((await here.call('editpkg', args, { as: rita })).metadata).toMatchObject({
        error_code: 'denied',
        reason: 'An account with a shell requires the privilege “allow-shell”.',
      });
      expect(await info('rita_small')).toMatchObject({ HASSHELL: 0 });
    });
  });
});
