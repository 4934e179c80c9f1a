import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(
    here,
    anAccount(),
    anAccount({ username: 'carl' }),
    anAccount({ username: 'alice', owner: 'bob', blocksUsed: 1536, package: 'starter' }),
    anAccount({
      username: 'zoe',
      owner: 'bob',
      suspendedAt: 1,
      blocksUsed: 10,
      settings: { diskLimit: null, bandwidthLimit: 500 },
    }),
    anAccount({ username: 'new', owner: 'bob', settings: { diskLimit: 100, bandwidthLimit: null } }),
  );
  await here.call('setupreseller', { user: 'bob' });
});
afterEach(() => here.remove());

describe('acctcounts', () => {
  it('counts the accounts of a reseller', async () => {
    await here.call('setresellerlimits', { user: 'bob', enable_account_limit: '1', account_limit: '7' });
    expect((await here.call('acctcounts', { user: 'bob' })).data).toEqual({
      reseller: { active: 2, limit: 7, suspended: 1, user: 'bob' },
    });
  });

  it('counts the caller’s own accounts by default', async () => {
    expect((await here.call('acctcounts')).data).toEqual({
      reseller: { active: 2, limit: null, suspended: 0, user: 'root' },
    });
    expect((await here.call('acctcounts', {}, { as: await callerNamed(here, 'bob') })).data).toEqual({
      reseller: { active: 2, limit: null, suspended: 1, user: 'bob' },
    });
  });
});

describe.each(['acctcounts', 'resellerstats', 'getresellerips'])('%s', (command) => {
  it.each(['carl', 'alice', 'root', 'nobody'])('returns nothing about %s to a reseller', async (user) => {
    expect(
      (await here.call(command, { user }, { as: reseller('bob', 'list-accts') })).metadata,
    ).toMatchObject({
      error_code: 'denied',
      reason: `You cannot query “${user}”: a reseller can query only itself.`,
    });
  });

  it('tells root who is not a reseller, and who does not exist', async () => {
    expect((await here.call(command, { user: 'carl' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'Not a reseller: “carl” is an ordinary account. Make it a reseller with setupreseller.',
    });
    expect((await here.call(command, { user: 'nobody' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “nobody”.',
    });
  });

  it('returns everybody to a reseller with “all”', async () => {
    await here.call('setupreseller', { user: 'carl' });
    await here.call('setacls', { reseller: 'carl', 'acl-all': '1' });
    const answer = await here.call(command, { user: 'bob' }, { as: await callerNamed(here, 'carl') });
    expect(answer.metadata.result).toBe(1);
  });
});

describe('resellerstats', () => {
  it('returns the limits and the usage of the accounts', async () => {
    expect(await here.call('resellerstats', { user: 'bob' })).toEqual({
      metadata: {
        version: 1,
        reason: 'OK',
        result: 1,
        command: 'resellerstats',
      },
      data: {
        reseller: {
          acct: [
            {
              bandwidthlimit: '1048576',
              bandwidthused: '0.00',
              deleted: 0,
              diskquota: '10240',
              diskused: '1.50',
              domain: 'alice.example',
              package: 'starter',
              suspended: 0,
              user: 'alice',
            },
            {
              bandwidthlimit: 'unlimited',
              bandwidthused: '0.00',
              deleted: 0,
              diskquota: '100',
              diskused: '0.00',
              domain: 'new.example',
              package: 'default',
              suspended: 0,
              user: 'new',
            },
            {
              bandwidthlimit: '500',
              bandwidthused: '0.00',
              deleted: 0,
              diskquota: 'unlimited',
              diskused: '0.01',
              domain: 'zoe.example',
              package: 'default',
              suspended: 1,
              user: 'zoe',
            },
          ],
          bandwidthlimit: 0,
          bwoverselling: 0,
          diskoverselling: 0,
          diskquota: 0,
          diskused: 1.51,
          month: 3,
          totalbwalloc: '1049076',
          totalbwused: '0.00',
          totaldiskalloc: '10340',
          user: 'bob',
          year: 2026,
        },
      },
    });
  });

  it('omits suspended accounts, also from the totals', async () => {
    const { data } = await here.call('resellerstats', {
      user: 'bob',
      filter_suspended: '1',
      filter_deleted: '1',
      month: '12',
      year: '2025',
    });
    const { acct, ...rest } = data?.reseller as { acct: { user: string }[] };
    expect(acct.map(({ user }) => user)).toEqual(['alice', 'new']);
    expect(rest).toMatchObject({ diskused: 1.5, totalbwalloc: '1048576', totaldiskalloc: '10340' });
    expect(rest).toMatchObject({ month: 12, year: 2025 });
  });

  it('returns the reseller’s limits', async () => {
    await here.call('setresellerlimits', {
      user: 'bob',
      enable_resource_limits: '1',
      diskspace_limit: '20000',
      bandwidth_limit: '30000',
      enable_overselling: '1',
      enable_overselling_bandwidth: '1',
    });
    const as = await callerNamed(here, 'bob');
    expect((await here.call('resellerstats', { user: 'bob' }, { as })).data?.reseller).toMatchObject({
      bandwidthlimit: 30000,
      bwoverselling: 1,
      diskoverselling: 0,
      diskquota: 20000,
    });
  });

  it('returns root’s own accounts, without limits', async () => {
    const { data } = await here.call('resellerstats', { user: 'root' });
    const { acct, ...rest } = data?.reseller as { acct: { user: string }[] };
    expect(acct.map(({ user }) => user)).toEqual(['bob', 'carl']);
    expect(rest).toMatchObject({ user: 'root', diskquota: 0, bandwidthlimit: 0 });
  });

  it('rejects an invalid month', async () => {
    expect((await here.call('resellerstats', { user: 'bob', month: '13' })).metadata.reason).toBe(
      'The parameter “month” should be a whole number from 1 to 12, not “13”.',
    );
  });
});
