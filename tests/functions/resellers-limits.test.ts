import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(
    here,
    anAccount(),
    anAccount({ username: 'alice', owner: 'bob', blocksUsed: 2048, settings: { diskLimit: 100 } }),
  );
  await here.call('setupreseller', { user: 'bob' });
  await here.call('setacls', {
    reseller: 'bob',
    'acl-create-acct': '1',
    'acl-viewglobalpackages': '1',
    'acl-allow-unlimited-disk-pkgs': '1',
    'acl-edit-account': '1',
  });
});
afterEach(() => here.remove());

const set = (args: Record<string, string>) => here.call('setresellerlimits', { user: 'bob', ...args });
const setPackage = (args: Record<string, string>) =>
  here.call('setresellerpackagelimit', { user: 'bob', ...args });
const statistics = async () => (await here.call('resellerstats', { user: 'bob' })).data?.reseller;
const accountLimit = async () => (await here.call('acctcounts', { user: 'bob' })).data?.reseller;

/** The response that bob gets when it creates an account. */
const make = async (username: string, args: Record<string, string> = {}) => {
  const as = await callerNamed(here, 'bob');
  return (await here.call('createacct', { username, domain: `${username}.example`, ...args }, { as }))
    .metadata;
};

describe('setresellerlimits', () => {
  it('limits the number of accounts, and removes the limit', async () => {
    expect((await set({ enable_account_limit: '1', account_limit: '2' })).metadata).toEqual({
      version: 1,
      reason: 'OK',
      result: 1,
      command: 'setresellerlimits',
    });
    expect(await accountLimit()).toMatchObject({ active: 1, limit: 2 });
    expect(await make('one')).toMatchObject({ result: 1 });
    expect(await make('two')).toMatchObject({ error_code: 'limit_reached' });
    await set({});
    expect(await accountLimit()).toMatchObject({ active: 2, limit: null });
    expect(await make('two')).toMatchObject({ result: 1 });
  });

  it('reads 0 as none at all', async () => {
    await set({ enable_account_limit: '1', account_limit: '0' });
    expect(await accountLimit()).toMatchObject({ limit: 0 });
    expect(await make('one')).toMatchObject({ error_code: 'limit_reached' });
  });

  it('limits disk space and bandwidth, each only if given', async () => {
    await set({ enable_resource_limits: '1', diskspace_limit: '300', bandwidth_limit: '4000000' });
    expect(await statistics()).toMatchObject({ diskquota: 300, bandwidthlimit: 4000000 });
    expect(await make('one', { quota: '201' })).toMatchObject({ error_code: 'limit_reached' });
    expect(await make('one', { quota: '200', bwlimit: '1000' })).toMatchObject({ result: 1 });
    await set({ enable_resource_limits: '1', bandwidth_limit: '4000000' });
    expect(await statistics()).toMatchObject({ diskquota: 0, bandwidthlimit: 4000000 });
    expect(await make('two', { quota: '201', bwlimit: '1000' })).toMatchObject({ result: 1 });
    await set({ enable_resource_limits: '0' });
    expect(await statistics()).toMatchObject({ diskquota: 0, bandwidthlimit: 0 });
  });

  it('counts the used disk space if disk space is oversold', async () => {
    const limits = { enable_resource_limits: '1', diskspace_limit: '3' };
    await set({ ...limits, enable_overselling: '0' });
    expect(await make('one', { quota: '2' })).toMatchObject({ error_code: 'limit_reached' });
    await set({ ...limits, enable_overselling_diskspace: '1' });
    expect(await make('one', { quota: '5000' })).toMatchObject({ result: 1 });
    await set({ enable_resource_limits: '1', diskspace_limit: '2' });
    expect(await make('two', { quota: '1' })).toMatchObject({ error_code: 'limit_reached' });
  });

  it.each([
    [{}, 0, 0],
    [{ enable_overselling: '1' }, 1, 1],
    [{ enable_overselling: '1', enable_overselling_bandwidth: '1' }, 0, 1],
    [{ enable_overselling: '1', enable_overselling_diskspace: '1' }, 1, 0],
    [{ enable_overselling: '1', enable_overselling_diskspace: '0' }, 0, 0],
    [{ enable_overselling_diskspace: '1' }, 1, 0],
    [{ enable_overselling_bandwidth: '1', enable_overselling_diskspace: '1' }, 1, 1],
    [{ enable_overselling: '0', enable_overselling_bandwidth: '1' }, 0, 0],
  ])('reads the overselling flags: %j', async (flags, diskoverselling, bwoverselling) => {
    await set(flags);
    expect(await statistics()).toMatchObject({ diskoverselling, bwoverselling });
  });

  it('keeps overselling and package limits if they are omitted', async () => {
    await set({ enable_overselling: '1', enable_package_limits: '1' });
    await set({ enable_account_limit: '1', account_limit: '9' });
    expect(await statistics()).toMatchObject({ diskoverselling: 1, bwoverselling: 1 });
    expect(await make('one')).toMatchObject({ error_code: 'denied' });
    await set({ enable_overselling: '0', enable_package_limits: '0' });
    expect(await statistics()).toMatchObject({ diskoverselling: 0, bwoverselling: 0 });
    expect(await make('one')).toMatchObject({ result: 1 });
  });

  it('warns about limits that are not enabled', async () => {
    const { metadata } = await set({ account_limit: '5', diskspace_limit: '6' });
    expect(metadata.output?.warnings).toEqual([
      '“account_limit” has no effect without enable_account_limit=1: no limit is set.',
      '“diskspace_limit” and “bandwidth_limit” have no effect without enable_resource_limits=1: no limit is set.',
    ]);
    expect(await accountLimit()).toMatchObject({ limit: null });
  });

  it.each([
    [
      { enable_account_limit: '1' },
      'missing_param',
      'The parameter “account_limit” is required with enable_account_limit=1: it should be a whole number, 0 or more.',
    ],
    [
      { enable_resource_limits: '1' },
      'missing_param',
      'The parameter “diskspace_limit” or “bandwidth_limit” is required with enable_resource_limits=1: ' +
        'it should be a whole number, 0 or more.',
    ],
    [
      { enable_account_limit: '1', account_limit: '-1' },
      'bad_param',
      'The parameter “account_limit” should be a whole number, 0 or more, not “-1”.',
    ],
    [
      { enable_account_limit: '1', account_limit: 'unlimited' },
      'bad_param',
      'The parameter “account_limit” should be a whole number, 0 or more, not “unlimited”.',
    ],
  ])('rejects %j, and changes nothing', async (args, code, reason) => {
    await set({ enable_account_limit: '1', account_limit: '4' });
    expect((await set(args)).metadata).toMatchObject({ error_code: code, reason });
    expect(await accountLimit()).toMatchObject({ limit: 4 });
  });
});

describe('setresellerpackagelimit', () => {
  it('allows a package if packages are limited', async () => {
    await set({ enable_package_limits: '1' });
    await setPackage({ package: 'starter', allowed: '1' });
    expect(await make('one', { plan: 'default' })).toMatchObject({ error_code: 'denied' });
    expect(await make('one', { plan: 'starter' })).toMatchObject({ result: 1 });
    await setPackage({ package: 'starter', allowed: '0' });
    expect(await make('two', { plan: 'starter' })).toMatchObject({ error_code: 'denied' });
  });

  it('limits how many accounts have a package', async () => {
    await set({ enable_package_limit_numbers: '1' });
    await setPackage({ package: 'starter', number: '1' });
    expect(await make('one', { plan: 'starter' })).toMatchObject({ result: 1 });
    expect(await make('two', { plan: 'starter' })).toMatchObject({ error_code: 'limit_reached' });
    expect(await make('two', { plan: 'default' })).toMatchObject({ result: 1 });
    await setPackage({ package: 'starter' });
    expect(await make('three', { plan: 'starter' })).toMatchObject({ result: 1 });
  });

  it('is removed with the package: another package of that name has no limit', async () => {
    await set({ enable_package_limits: '1' });
    await setPackage({ package: 'starter', allowed: '1' });
    expect((await here.call('killpkg', { pkgname: 'starter' })).metadata.result).toBe(1);
    await here.call('addpkg', { name: 'starter' });
    expect(await make('one', { plan: 'starter' })).toMatchObject({ error_code: 'denied' });
  });

  it('removes all package limits with no_limit=1', async () => {
    await set({ enable_package_limits: '1', enable_package_limit_numbers: '1' });
    await setPackage({ package: 'starter', number: '0' });
    expect((await setPackage({ no_limit: '1' })).metadata.result).toBe(1);
    expect(await make('one', { plan: 'starter' })).toMatchObject({ result: 1 });
    expect(await make('two', { plan: 'default' })).toMatchObject({ result: 1 });
    await set({ enable_package_limits: '1' });
    expect(await make('three', { plan: 'starter' })).toMatchObject({ error_code: 'denied' });
  });

  it('says so if these limits are not enabled', async () => {
    const { metadata } = await setPackage({ package: 'starter', allowed: '1', number: '3' });
    expect(metadata.output).toEqual({
      messages: [
        'Which packages “bob” can use is not limited yet. To enable the limit, call setresellerlimits with ' +
          'enable_package_limits=1.',
        'How many accounts of a package “bob” can use is not limited yet. To enable the limit, call ' +
          'setresellerlimits with enable_package_limit_numbers=1.',
      ],
    });
    await set({ enable_package_limits: '1', enable_package_limit_numbers: '1' });
    const again = await setPackage({ package: 'starter', allowed: '1', number: '3' });
    expect(again.metadata.output).toBeUndefined();
  });

  it('warns about a package together with no_limit=1', async () => {
    const { metadata } = await setPackage({ package: 'starter', no_limit: '1' });
    expect(metadata.output?.warnings).toEqual([
      '“package” has no effect with no_limit=1: all package limits are removed.',
    ]);
  });

  it.each([
    [
      {},
      'missing_param',
      'The parameter “package” is required unless no_limit is 1: it should be at most 64 letters, digits, spaces, ' +
        '“_”, “-” and “.”, but not starting with a dot or a space.',
    ],
    [
      { package: 'none' },
      'not_found',
      'The package “none” does not exist. Run listpkgs to list the packages.',
    ],
    [
      { package: 'starter', number: 'many' },
      'bad_param',
      'The parameter “number” should be a whole number, 0 or more, not “many”.',
    ],
  ])('rejects %j', async (args, code, reason) => {
    expect((await setPackage(args)).metadata).toMatchObject({ error_code: code, reason });
  });
});
