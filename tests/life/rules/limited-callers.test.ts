// An API token of root with a list of privileges: it sees what root sees, and can do what the list allows.
import { mayCall, seesAll } from '../../../src/core/access.ts';
import type { Caller } from '../../../src/core/context.ts';
import { addAccounts, anAccount } from '../../support/accounts.ts';
import { Installation } from '../../support/installation.ts';

const limited = (...privileges: string[]): Caller => ({
  user: 'root',
  privileges: new Set(privileges),
  seesAll: true,
  isLimited: true,
});
/** A token of the reseller “bob”. */
const ofBob = (...privileges: string[]): Caller => ({
  user: 'bob',
  privileges: new Set(privileges),
  isLimited: true,
});

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(
    here,
    anAccount(),
    anAccount({ username: 'carol', owner: 'bob' }),
    anAccount({ username: 'eve' }),
  );
  await here.call('setupreseller', { user: 'bob' });
});
afterEach(() => here.remove());

const reasonOf = async (command: string, args: Record<string, string>, as: Caller) =>
  (await here.call(command, args, { as })).metadata.reason;

test('sees everything, and has only its listed privileges', () => {
  expect(seesAll({ user: 'root', privileges: 'all' })).toBe(true);
  expect(seesAll(limited())).toBe(true);
  expect(seesAll(ofBob('passwd'))).toBe(false);
  expect(mayCall(limited('passwd'), ['passwd'])).toBe(true);
  expect(mayCall(limited('passwd'), ['kill-acct'])).toBe(false);
  expect(mayCall(limited('passwd'), 'root')).toBe(false);
  expect(mayCall(limited('all'), 'root')).toBe(false);
});

describe('accounts', () => {
  const enrolled = (as: Caller, user: string) => reasonOf('twofactorauth_get_user_configs', { user }, as);

  it('are visible to it, whoever owns them', async () => {
    for (const user of ['bob', 'carol', 'eve', 'root']) {
      expect(await enrolled(limited('create-acct'), user)).toBe('OK');
    }
    expect(await enrolled(limited('create-acct'), 'nobody')).toBe('You do not have a user named “nobody”.');
  });

  it('are those of the reseller for a reseller’s token', async () => {
    for (const user of ['bob', 'carol']) expect(await enrolled(ofBob('create-acct'), user)).toBe('OK');
    for (const user of ['eve', 'root', 'nobody']) {
      expect(await enrolled(ofBob('create-acct'), user)).toBe(
        `You do not have access to an account named “${user}”.`,
      );
    }
  });

  it('are changed only with the privilege', async () => {
    const change = (as: Caller) => reasonOf('passwd', { user: 'carol', password: 'x' }, as);
    expect(await change(limited('list-accts'))).toBe(
      'You may not call “passwd”. It requires the privilege “passwd”.',
    );
    expect(await change(limited('passwd'))).toMatch(/^The password is too weak/);
  });
});

describe('packages', () => {
  beforeEach(async () => {
    await here.call('addpkg', { name: 'plain' });
    const privileges = [
      'add-pkg',
      'allow-unlimited-pkgs',
      'allow-unlimited-disk-pkgs',
      'allow-unlimited-bw-pkgs',
    ];
    const all = ofBob(...privileges, 'allow-addoncreate', 'allow-parkedcreate', 'allow-emaillimits-pkgs');
    await here.call('addpkg', { name: 'gold' }, { as: all });
  });
  const namesFor = async (as: Caller) => {
    const { data } = await here.call('listpkgs', {}, { as });
    return (data?.pkg as { name: string }[]).map(({ name }) => name);
  };

  it('are visible to it, whoever owns them', async () => {
    expect(await namesFor(limited('list-pkgs'))).toEqual(['bob_gold', 'default', 'plain', 'starter']);
    expect(await namesFor(ofBob('list-pkgs'))).toEqual(['bob_gold']);
  });

  it('are changed only with the privilege', async () => {
    const edit = (as: Caller) => reasonOf('editpkg', { name: 'bob_gold', maxpop: '5' }, as);
    expect(await edit(limited('list-pkgs'))).toMatch(/^You may not call “editpkg”/);
    expect(await edit(limited('edit-pkg'))).toBe('OK');
  });

  it('get values that require a privilege only with that privilege', async () => {
    expect(await reasonOf('editpkg', { name: 'plain', hasshell: '1' }, limited('edit-pkg'))).toBe(
      'You do not have the privileges for these settings. “hasshell=1” requires the privilege “add-pkg-shell”.',
    );
  });

  it('get no prefix in their names, as with root', async () => {
    const args = { name: 'silver', quota: '1', bwlimit: '1', maxaddon: '0', maxpark: '0' };
    const none = {
      maxsub: '0',
      maxpop: '0',
      maxsql: '0',
      maxlst: '0',
      maxftp: '0',
      max_emailacct_quota: '1',
    };
    expect(await reasonOf('addpkg', { ...args, ...none }, limited('add-pkg'))).toBe('OK');
    expect(await namesFor(limited('list-pkgs'))).toContain('silver');
  });
});

test('functions for root only are not available to it', async () => {
  expect(await reasonOf('listresellers', {}, limited('list-accts'))).toBe(
    'You may not call “listresellers”. Only root may call it.',
  );
  expect(await reasonOf('setupreseller', { user: 'eve' }, limited('create-acct', 'edit-account'))).toBe(
    'You may not call “setupreseller”. Only root may call it.',
  );
});
