import { MachineError } from '../../src/core/machine-error.ts';
import { storedAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeAll(() => {
  here = new Installation();
});
/** Each test begins with bob, a reseller, its accounts alice and zoe, and carl, who has nothing to do with it. */
beforeEach(async () => {
  here.time += 1000;
  for (const username of ['bob', 'alice', 'zoe', 'carl']) {
    const present = await storedAccount(here, username);
    if (typeof present?.suspendedAt === 'number') await here.call('unsuspendacct', { user: username });
    if (present !== undefined) continue;
    const owner = ['alice', 'zoe'].includes(username) ? { owner: 'bob' } : {};
    await here.call('createacct', { username, domain: `${username}.example`, ...owner });
    if (username === 'bob') await here.call('setupreseller', { user: 'bob', makeowner: '1' });
  }
  expect(await accounts()).toEqual(['alice of bob', 'bob of bob', 'carl of root', 'zoe of bob']);
  expect(await suspended()).toEqual([]);
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => here.remove());

const stored = async () => {
  const found = await Promise.all(['alice', 'bob', 'carl', 'zoe'].map((name) => storedAccount(here, name)));
  return found.filter((one) => one !== undefined);
};
const suspended = async () =>
  (await stored()).filter((one) => typeof one.suspendedAt === 'number').map(({ username }) => username);
const accounts = async () => (await stored()).map(({ username, owner }) => `${username} of ${owner}`);

/** Makes the machine fail at an operation with one user. The returned function makes it succeed again. */
async function breakDown(
  what: 'suspend' | 'unsuspend' | 'remove',
  name: string,
  reason = 'usermod: the file is locked.',
): Promise<() => void> {
  const users = await here.engine.machine.users();
  const works = users[what].bind(users) as (name: string, further?: object) => Promise<void>;
  const broken = async (user: string, further?: object) => {
    if (user === name) throw new MachineError('failed', reason);
    return works(user, further);
  };
  const spy = jest.spyOn(users, what).mockImplementation(broken);
  return () => spy.mockRestore();
}

describe('suspendreseller', () => {
  const suspend = (args: Record<string, string> = {}) =>
    here.call('suspendreseller', { user: 'bob', ...args });

  it('suspends only the reseller and its accounts', async () => {
    expect(await suspend({ reason: 'unpaid bill' })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'suspendreseller' },
    });
    expect(await suspended()).toEqual(['alice', 'bob', 'zoe']);
    expect(await storedAccount(here, 'zoe')).toMatchObject({
      suspendReason: 'unpaid bill',
      suspendLocked: false,
    });
    expect(await (await here.engine.machine.users()).isSuspended('zoe')).toBe(true);
  });

  it('suspends only the reseller itself with reseller-only=1', async () => {
    await suspend({ 'reseller-only': '1', disallow: '1' });
    expect(await suspended()).toEqual(['bob']);
    expect(await storedAccount(here, 'bob')).toMatchObject({
      suspendReason: 'Unknown',
      suspendLocked: true,
    });
  });

  it('does not change accounts that are already suspended, unless they are to be locked', async () => {
    await here.call('suspendacct', { user: 'zoe', reason: 'spam' });
    expect((await suspend({ reason: 'unpaid bill' })).metadata.output).toEqual({
      messages: ['“zoe” was already suspended and is not changed.'],
    });
    expect(await storedAccount(here, 'zoe')).toMatchObject({ suspendReason: 'spam' });
    await suspend({ reason: 'unpaid bill', disallow: '1' });
    expect(await storedAccount(here, 'zoe')).toMatchObject({
      suspendReason: 'unpaid bill',
      suspendLocked: true,
    });
  });

  it('tries every account, and names the one that fails', async () => {
    // That is true of alice only.
    const mend = await breakDown('suspend', 'alice', 'usermod: the file is locked. Nothing was changed.');
    expect((await suspend()).metadata).toMatchObject({
      error_code: 'host_failed',
      reason:
        'The system could not suspend 1 of 3 accounts; 2 were done. “alice”: usermod: the file is locked.',
    });
    expect(await suspended()).toEqual(['bob', 'zoe']);
    mend();
    expect((await suspend()).metadata.result).toBe(1);
    expect(await suspended()).toEqual(['alice', 'bob', 'zoe']);
  });

  it('changes nothing in a dry run', async () => {
    expect((await here.call('suspendreseller', { user: 'bob' }, { dryRun: true })).metadata.result).toBe(1);
    expect(await suspended()).toEqual([]);
  });
});

describe('unsuspendreseller', () => {
  beforeEach(() => here.call('suspendreseller', { user: 'bob', disallow: '1' }));

  it('undoes every suspension', async () => {
    expect((await here.call('unsuspendreseller', { user: 'bob' })).metadata).toMatchObject({
      result: 1,
      reason: 'OK',
    });
    expect(await suspended()).toEqual([]);
    const again = await here.call('unsuspendreseller', { user: 'bob' });
    expect(again.metadata.output).toEqual({ messages: ['None of these accounts was suspended.'] });
  });

  it('unsuspends only the reseller itself with reseller-only=1', async () => {
    await here.call('unsuspendreseller', { user: 'bob', 'reseller-only': '1' });
    expect(await suspended()).toEqual(['alice', 'zoe']);
  });

  it('tries every account, and names those that fail', async () => {
    await breakDown('unsuspend', 'bob');
    expect((await here.call('unsuspendreseller', { user: 'bob' })).metadata).toMatchObject({
      error_code: 'host_failed',
      reason:
        'The system could not unsuspend 1 of 3 accounts; 2 were done. “bob”: usermod: the file is locked.',
    });
    expect(await suspended()).toEqual(['bob']);
  });
});

describe('terminatereseller', () => {
  const terminate = (terminatereseller: string) =>
    here.call('terminatereseller', { user: 'bob', terminatereseller });
  const removed = (user: string) => ({
    output: { raw: '' },
    reason: `${user} account removed`,
    result: 1,
    user,
  });

  it('removes the reseller’s accounts first, and the reseller last', async () => {
    expect(await terminate('1')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'terminatereseller' },
      data: { acct: [removed('alice'), removed('zoe'), removed('bob')] },
      list: 'acct',
    });
    expect(await accounts()).toEqual(['carl of root']);
    expect((await here.call('listresellers')).data).toEqual({ reseller: [] });
  });

  it('keeps the reseller with terminatereseller=0', async () => {
    expect((await terminate('0')).data).toEqual({ acct: [removed('alice'), removed('zoe')] });
    expect(await accounts()).toEqual(['bob of bob', 'carl of root']);
    expect((await here.call('listresellers')).data).toEqual({ reseller: ['bob'] });
  });

  it('keeps the reseller if an account remains, and names it', async () => {
    await breakDown('remove', 'alice');
    const { metadata, data } = await terminate('1');
    expect(metadata).toMatchObject({
      result: 1,
      output: { warnings: ['Not removed: “alice”, “bob”. The response says why.'] },
    });
    expect((data?.acct as { user: string; result: number; reason: string }[]).map((one) => one.user)).toEqual(
      ['alice', 'zoe', 'bob'],
    );
    expect(data?.acct).toMatchObject([
      { user: 'alice', result: 0 },
      removed('zoe'),
      { user: 'bob', result: 0, reason: 'The reseller is kept: it still owns an account.' },
    ]);
    expect(await accounts()).toEqual(['alice of bob', 'bob of bob', 'carl of root']);
  });

  it('requires the parameter that says whether to remove the reseller', async () => {
    expect((await here.call('terminatereseller', { user: 'bob' })).metadata).toMatchObject({
      error_code: 'missing_param',
      reason: 'The parameter “terminatereseller” is required: it should be 1 or 0.',
    });
    expect(await accounts()).toHaveLength(4);
  });
});
