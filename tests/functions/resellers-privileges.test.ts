import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount());
  await here.call('setupreseller', { user: 'bob' });
});
afterEach(() => here.remove());

const heldBy = async (user: string) => {
  const { privileges } = await callerNamed(here, user);
  return privileges === 'all' ? 'all' : [...privileges].sort();
};
const set = (args: Record<string, string>) => here.call('setacls', { reseller: 'bob', ...args });
/** The privileges of an ACL list. */
const heldIn = async (name: string) => {
  const { acl } = (await here.call('listacls')).data as {
    acl: { name: string; privileges: Record<string, 0 | 1> }[];
  };
  const list = acl.find((one) => one.name === name);
  return list && Object.keys(list.privileges).filter((privilege) => list.privileges[privilege] === 1);
};

describe('saveacllist', () => {
  it('creates a list, and reports it', async () => {
    const args = { acllist: 'my_acl_list', 'acl-list-accts': '1', 'acl-passwd': '1', 'acl-all': '0' };
    expect(await here.call('saveacllist', args)).toEqual({
      metadata: { version: 1, reason: 'ACL List my_acl_list saved.', result: 1, command: 'saveacllist' },
    });
    expect(await heldIn('my_acl_list')).toEqual(['list-accts', 'passwd']);
  });

  it('keeps omitted privileges', async () => {
    await here.call('saveacllist', { acllist: 'support', 'acl-list-accts': '1', 'acl-passwd': '1' });
    await here.call('saveacllist', { acllist: 'support', 'acl-passwd': '0', 'acl-ns-config': '1' });
    expect(await heldIn('support')).toEqual(['list-accts', 'ns-config']);
  });

  it('creates an empty list', async () => {
    await here.call('saveacllist', { acllist: 'empty' });
    expect(await heldIn('empty')).toEqual([]);
  });

  it('does not change the resellers that already got the list', async () => {
    await here.call('saveacllist', { acllist: 'support', 'acl-passwd': '1' });
    await set({ acllist: 'support' });
    await here.call('saveacllist', { acllist: 'support', 'acl-passwd': '0' });
    expect(await heldBy('bob')).toEqual(['passwd']);
  });

  it('rejects values other than 1 and 0, and stores nothing', async () => {
    const { metadata } = await here.call('saveacllist', { acllist: 'support', 'acl-passwd': 'maybe' });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The parameter “acl-passwd” should be 1 or 0, not “maybe”.',
    });
    expect(await heldIn('support')).toBeUndefined();
  });

  it('rejects an invalid name', async () => {
    expect((await here.call('saveacllist', { acllist: '../x' })).metadata.reason).toBe(
      'The parameter “acllist” should be at most 64 letters, digits, spaces, “_”, “-” and “.”, ' +
        'but not starting with a dot or a space, not “../x”.',
    );
  });

  it('warns about a privilege that does not exist', async () => {
    const { metadata } = await here.call('saveacllist', { acllist: 'support', 'acl-paswd': '1' });
    expect(metadata.output?.warnings).toEqual([
      '“saveacllist” has no parameter “acl-paswd”. It was ignored. Did you mean “acl-passwd”?',
    ]);
  });
});

describe('listacls', () => {
  it('lists lists by name, each with every privilege', async () => {
    expect((await here.call('listacls')).data).toEqual({ acl: [] });
    await here.call('saveacllist', { acllist: 'support', 'acl-passwd': '1' });
    await here.call('saveacllist', { acllist: 'Sales' });
    const { acl } = (await here.call('listacls')).data as { acl: { name: string; privileges: object }[] };
    expect(acl.map(({ name }) => name)).toEqual(['Sales', 'support']);
    expect(Object.keys(acl[1]?.privileges ?? {})).toHaveLength(64);
    expect(acl[1]?.privileges).toMatchObject({ passwd: 1, all: 0, 'acct-summary': 0 });
  });
});

describe.each([
  ['listacls', {}],
  ['saveacllist', { acllist: 'support' }],
])('%s', (command, args) => {
  it('is for root only', async () => {
    const { metadata } = await here.call(command, args, { as: reseller('bob', 'edit-account') });
    expect(metadata.reason).toBe(`You may not call “${command}”. Only root may call it.`);
  });
});

describe('setacls', () => {
  it('grants the named privileges, revokes the others, and returns the current ones', async () => {
    expect((await set({ 'acl-list-accts': '1', 'acl-create-acct': 'yes' })).data).toEqual({
      acl: ['create-acct', 'list-accts'],
    });
    expect(await heldBy('bob')).toEqual(['create-acct', 'list-accts']);
    expect((await set({ 'acl-passwd': '1' })).data).toEqual({ acl: ['passwd'] });
    expect(await heldBy('bob')).toEqual(['passwd']);
    expect((await set({})).data).toEqual({ acl: [] });
    // Forms of billing systems send the field in any case.
    expect((await set({ acllist: '', 'acl-passwd': '1' })).data).toEqual({ acl: ['passwd'] });
    expect((await set({ acllist: '' })).data).toEqual({ acl: [] });
    expect(await heldBy('bob')).toEqual([]);
  });

  it('grants the privileges of a list, and those named in addition', async () => {
    await here.call('saveacllist', { acllist: 'support', 'acl-list-accts': '1', 'acl-passwd': '1' });
    expect((await set({ acllist: 'support', 'acl-quota': '1', 'acl-passwd': '1' })).data).toEqual({
      acl: ['list-accts', 'passwd', 'quota'],
    });
  });

  it.each(['0', ''])('also grants a privilege with the value %j, and warns about it', async (value) => {
    const { metadata, data } = await set({ 'acl-passwd': value });
    expect(data).toEqual({ acl: ['passwd'] });
    expect(metadata.output?.warnings).toEqual([
      `“acl-passwd=${value}” grants “passwd”: passing a privilege grants it regardless of its value. To revoke it, omit it.`,
    ]);
  });

  it('warns if “all” is granted, and from then on treats the reseller like root', async () => {
    const { metadata } = await set({ 'acl-all': '1' });
    expect(metadata.output?.warnings).toEqual([
      'The privilege “all” gives “bob” root privileges over every account, regardless of its other privileges.',
    ]);
    const as = await callerNamed(here, 'bob');
    expect((await here.call('listresellers', {}, { as })).data).toEqual({ reseller: ['bob'] });
  });

  it('warns if a list grants “all”', async () => {
    await here.call('saveacllist', { acllist: 'everything', 'acl-all': '1' });
    expect((await set({ acllist: 'everything' })).metadata.output?.warnings).toHaveLength(1);
  });

  it('does not warn about other powerful privileges', async () => {
    const args = { 'acl-passwd': '1', 'acl-create-user-session': '1', 'acl-clustering': '1' };
    expect((await set(args)).metadata.output).toBeUndefined();
  });

  it('accepts the older names', async () => {
    await here.call('saveacllist', { acllist: 'shells', 'acl-allow-shell': '1', 'acl-quota': '1' });
    const { data } = await here.call('setacls', {
      user: 'bob',
      acllist: 'shells',
      'acl-nameserver-config': '1',
      'acl-disallow-shell': '1',
    });
    expect(data).toEqual({ acl: ['ns-config', 'quota'] });
    expect((await set({ 'acl-allow-shell': '1', 'acl-ns-config': '1' })).data).toEqual({
      acl: ['allow-shell', 'ns-config'],
    });
  });

  it('accepts reseller and user if they are equal', async () => {
    expect((await set({ user: 'bob' })).metadata.result).toBe(1);
  });

  it.each([
    [
      'neither reseller nor user',
      { 'acl-passwd': '1' },
      'missing_param',
      'The parameter “reseller” is required: it should be a username: at most 32 lower-case letters, digits, “_” and “-”, the first a letter.',
    ],
    [
      'two users',
      { reseller: 'bob', user: 'carl' },
      'bad_param',
      '“reseller” and “user” are names of the same parameter but have different values. Use one of them.',
    ],
    [
      'shells allowed and not',
      { reseller: 'bob', 'acl-allow-shell': '1', 'acl-disallow-shell': '1' },
      'bad_param',
      '“acl-allow-shell” and “acl-disallow-shell” contradict each other. Pass only one of them.',
    ],
    [
      'a list that does not exist',
      { reseller: 'bob', acllist: 'none', 'acl-passwd': '1' },
      'not_found',
      'There is no ACL list “none”. Run listacls to list the ACL lists.',
    ],
  ])('rejects %s, and changes nothing', async (_what, args, code, reason) => {
    const before = await heldBy('bob');
    expect((await here.call('setacls', args)).metadata).toMatchObject({ error_code: code, reason });
    expect(await heldBy('bob')).toEqual(before);
  });
});

describe('grant_reseller_privilege', () => {
  beforeEach(() => set({ 'acl-list-accts': '1' }));

  it('adds privileges and keeps the others', async () => {
    const args = { user: 'bob', privilege: ['quota', 'create-acct', 'quota'] };
    expect(await here.call('grant_reseller_privilege', args)).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'grant_reseller_privilege' },
      data: { acl: ['create-acct', 'list-accts', 'quota'] },
      list: 'acl',
    });
    expect(await heldBy('bob')).toEqual(['create-acct', 'list-accts', 'quota']);
  });

  it('returns the previous privileges', async () => {
    const args = { user: 'bob', 'privilege-1': 'list-accts', 'privilege-2': 'passwd' };
    const { metadata, data } = await here.call('grant_reseller_privilege', args);
    expect(metadata.output).toEqual({ messages: ['“bob” already has “list-accts”.'] });
    expect(data).toEqual({ acl: ['list-accts', 'passwd'] });
  });

  it('warns about “all”', async () => {
    const args = { user: 'bob', privilege: 'all' };
    const { metadata } = await here.call('grant_reseller_privilege', args);
    expect(metadata.output).toEqual({
      warnings: [
        'The privilege “all” gives “bob” root privileges over every account, regardless of its other privileges.',
      ],
    });
    expect(await heldBy('bob')).toBe('all');
  });
});

describe('revoke_reseller_privilege', () => {
  beforeEach(() => set({ 'acl-list-accts': '1', 'acl-passwd': '1', 'acl-quota': '1' }));

  it('revokes privileges and keeps the others', async () => {
    const args = { user: 'bob', privilege: ['quota', 'passwd'] };
    expect((await here.call('revoke_reseller_privilege', args)).data).toEqual({ acl: ['list-accts'] });
    expect(await heldBy('bob')).toEqual(['list-accts']);
  });

  it('reports privileges that the reseller did not have', async () => {
    const { metadata, data } = await here.call('revoke_reseller_privilege', {
      user: 'bob',
      privilege: 'create-acct',
    });
    expect(metadata).toMatchObject({
      result: 1,
      output: { messages: ['“bob” did not have “create-acct”.'] },
    });
    expect(data).toEqual({ acl: ['list-accts', 'passwd', 'quota'] });
  });

  it('warns if “all” remains', async () => {
    await here.call('grant_reseller_privilege', { user: 'bob', privilege: 'all' });
    const { metadata } = await here.call('revoke_reseller_privilege', { user: 'bob', privilege: 'quota' });
    expect(metadata.output?.warnings).toEqual(['“bob” still has “all”, which includes every privilege.']);
    await here.call('revoke_reseller_privilege', { user: 'bob', privilege: 'all' });
    expect(await heldBy('bob')).toEqual(['list-accts', 'passwd']);
  });
});

describe.each(['grant_reseller_privilege', 'revoke_reseller_privilege'])('%s', (command) => {
  it('rejects unknown privileges, and changes nothing', async () => {
    const before = await heldBy('bob');
    const { metadata } = await here.call(command, { user: 'bob', privilege: ['digest-auth', 'lists-accts'] });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “privilege” should be the name of a privilege that myprivs lists, such as list-accts, ' +
        'not “lists-accts”.',
    });
    expect(await heldBy('bob')).toEqual(before);
  });
});
