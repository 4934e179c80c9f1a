import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const privilegesOf = async (as?: Parameters<Installation['call']>[2]) =>
  ((await here.call('myprivs', {}, as)).data as { privileges: Record<string, number>[] }).privileges;

describe('myprivs', () => {
  it('returns one hash, in which root has every privilege', async () => {
    const list = await privilegesOf();
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ all: 1, 'acct-summary': 1, 'file-restore': 1, viewglobalpackages: 1 });
    expect(Object.keys(list[0] ?? {})).toHaveLength(64);
    expect(new Set(Object.values(list[0] ?? {}))).toEqual(new Set([1]));
  });

  it('returns a reseller’s privileges as 1, and all others as 0', async () => {
    const [held] = await privilegesOf({ as: reseller('bob', 'list-accts') });
    expect(Object.entries(held ?? {}).filter(([, flag]) => flag === 1)).toEqual([['list-accts', 1]]);
    expect(held).toMatchObject({ all: 0, 'create-acct': 0 });
  });

  it('returns every privilege for a reseller with “all”', async () => {
    await addAccounts(here, anAccount());
    await here.call('setupreseller', { user: 'bob' });
    await here.call('setacls', { reseller: 'bob', 'acl-all': '1' });
    const [held] = await privilegesOf({ as: await callerNamed(here, 'bob') });
    expect(held).toMatchObject({ all: 1, 'kill-acct': 1 });
  });
});
