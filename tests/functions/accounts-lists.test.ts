// Lists of accounts for different callers: listaccts with its search and `want`, list_users, listsuspended and
// listlockedaccounts.
import type { Caller, Db } from '../../src/core/context.ts';
import type { Hash } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { onSqlite } from '../support/test-database.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(
    here,
    anAccount({
      username: 'anna',
      domain: 'shop.example',
      package: 'Gold plan',
      contactEmail: 'anna@mail.example',
      ip: '192.0.2.10',
      uid: 1001,
      home: '/home2/anna',
      shellPath: '/bin/bash',
      mailboxFormat: 'mdbox',
      backup: true,
      createdAt: Date.parse('2026-11-04T07:05:59.999Z'),
      blocksUsed: 12_289,
      inodesUsed: 321,
      settings: { diskLimit: 1000, maxMailboxes: 0, maxDatabases: 25, maxEmailPerHour: 100, theme: 'paper' },
    }),
    anAccount({
      username: 'bob',
      domain: 'bob.example',
      owner: 'alice',
      uid: 1002,
      suspendedAt: Date.parse('2026-02-03T04:05:06.700Z'),
      suspendReason: 'Unpaid: straße',
      settings: { diskLimit: null },
    }),
    anAccount({
      username: 'carol',
      domain: 'carol-shop.example',
      owner: 'alice',
      package: 'default',
      uid: 1003,
      blocksUsed: 0,
      inodesUsed: 1,
      suspendedAt: Date.parse('2026-11-24T17:50:00Z'),
      suspendReason: '',
      suspendLocked: true,
    }),
  );
});
afterEach(() => here.remove());

/** The same database, which also notes how SQLite reads what is selected. */
const explaining = (db: Db, plans: string[]): Db => ({
  ...db,
  all: (sql, ...values) => db.all(sql, ...values),
  run: (sql, ...values) => db.run(sql, ...values),
  async get(sql, ...values) {
    const rows = await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    plans.push(...rows.map(({ detail }) => detail));
    return db.get(sql, ...values);
  },
});

const alice = reseller('alice', 'list-accts');
const list = async (args: Record<string, string> = {}, as?: Caller) => {
  const { data, metadata } = await here.call('listaccts', args, as === undefined ? {} : { as });
  expect(metadata).toMatchObject({ result: 1 });
  return data?.acct as Hash[];
};
const usersOf = async (args: Record<string, string> = {}, as?: Caller) =>
  (await list(args, as)).map(({ user }) => user);
const reasonOf = async (command: string, args: Record<string, string>, as?: Caller) => {
  const { metadata } = await here.call(command, args, as === undefined ? {} : { as });
  return `${metadata.error_code}: ${metadata.reason}`;
};
const warningsOf = async (args: Record<string, string>) =>
  (await here.call('listaccts', args)).metadata.output?.warnings;

describe('listaccts', () => {
  it('returns all fields of an account', async () => {
    const [anna] = await list();
    expect(anna).toEqual({
      backup: 1,
      child_nodes: [],
      disklimit: '1000M',
      diskused: '13M',
      domain: 'shop.example',
      email: 'anna@mail.example',
      has_backup: 0,
      inodeslimit: 'unlimited',
      inodesused: 321,
      ip: '192.0.2.10',
      ipv6: [],
      is_locked: 0,
      is_temporary_domain: 0,
      legacy_backup: 0,
      mailbox_format: 'mdbox',
      max_defer_fail_percentage: 'unlimited',
      max_email_per_hour: 100,
      max_emailacct_quota: 1024,
      maxaddons: 0,
      maxftp: 'unlimited',
      maxlst: 'unlimited',
      maxparked: 0,
      maxpop: 0,
      maxsql: 25,
      maxsub: 'unlimited',
      outgoing_mail_hold: 0,
      outgoing_mail_suspended: 0,
      owner: 'root',
      partition: 'home2',
      plan: 'Gold plan',
      shell: '/bin/bash',
      startdate: '26 Nov 04 07:05',
      suspended: 0,
      suspendreason: 'not suspended',
      suspendtime: null,
      temporary: 0,
      theme: 'paper',
      uid: '1001',
      unix_startdate: 1793775959,
      user: 'anna',
    });
  });

  it('returns suspensions, and disk usage that was never measured', async () => {
    const [, bob, carol] = await list();
    expect(bob).toMatchObject({
      disklimit: 'unlimited',
      diskused: 'none',
      inodesused: null,
      is_locked: 0,
      suspended: 1,
      suspendreason: 'Unpaid: straße',
      suspendtime: 1770091506,
      partition: 'home',
      startdate: '26 Feb 01 00:00',
    });
    expect(carol).toMatchObject({
      diskused: '0M',
      inodesused: 1,
      is_locked: 1,
      suspended: 1,
      suspendreason: '',
    });
  });

  it('lists a reseller’s own accounts for the reseller', async () => {
    expect(await usersOf()).toEqual(['anna', 'bob', 'carol']);
    expect(await usersOf({}, alice)).toEqual(['bob', 'carol']);
    expect(await usersOf({}, reseller('anna', 'list-accts'))).toEqual([]);
  });

  it('requires the privilege list-accts from a reseller', async () => {
    expect(await reasonOf('listaccts', {}, reseller('alice', 'acct-summary'))).toBe(
      'denied: You may not call “listaccts”. It requires the privilege “list-accts”.',
    );
  });

  it.each([
    [{ search: 'SHOP' }, ['anna', 'carol']],
    [{ search: 'an' }, ['anna']],
    [{ search: '' }, ['anna', 'bob', 'carol']],
    [{ searchtype: 'domain' }, ['anna', 'bob', 'carol']],
    [{ search: 'b', searchtype: 'user' }, ['bob']],
    [{ search: 'o', searchtype: 'user' }, ['bob', 'carol']],
    [{ search: 'bob', searchtype: 'domain' }, ['bob']],
    [{ search: 'anna', searchtype: 'domain' }, []],
    [{ search: 'lic', searchtype: 'owner' }, ['bob', 'carol']],
    [{ search: '192.0.2.1', searchtype: 'ip' }, ['anna', 'bob', 'carol']],
    [{ search: '192.0.2.1', searchtype: 'ip', searchmethod: 'exact' }, ['bob', 'carol']],
    [{ search: 'gold', searchtype: 'package' }, ['anna']],
    [{ search: 'gold plan', searchtype: 'package', searchmethod: 'exact' }, []],
    [{ search: 'Gold plan', searchtype: 'package', searchmethod: 'exact' }, ['anna']],
    [{ search: 'Shop.Example', searchtype: 'domain', searchmethod: 'exact' }, ['anna']],
    [{ search: 'bob', searchmethod: 'exact' }, ['bob']],
    [{ search: 'bob.example', searchmethod: 'exact' }, ['bob']],
    [{ search: '^SHOP', searchtype: 'domain', searchmethod: 'regex' }, ['anna']],
    [{ search: '^(anna|bob)$', searchtype: 'user', searchmethod: 'regex' }, ['anna', 'bob']],
    [{ search: '^(anna|bob)$', searchtype: 'user' }, ['anna', 'bob']],
    [{ search: 'shop.example', searchmethod: 'regex' }, ['anna', 'carol']],
    [{ search: '-shop.example' }, ['carol']],
    [{ search: 'shopxexample' }, []],
    [{ search: 'b.b', searchtype: 'user' }, []],
    [{ search: 'b.b', searchtype: 'user', searchmethod: 'regex' }, ['bob']],
    [{ search: '(a*)*$b', searchtype: 'domain', searchmethod: 'regex' }, []],
    [{ search: '%', searchtype: 'domain' }, []],
    [{ search: "' OR 1=1 --", searchtype: 'domain' }, []],
  ])('finds %j', async (args, expected) => {
    expect(await usersOf(args as Record<string, string>)).toEqual(expected);
  });

  it('finds only the reseller’s own accounts for a reseller', async () => {
    expect(await usersOf({ search: 'shop' }, alice)).toEqual(['carol']);
    expect(await usersOf({ search: '.', searchmethod: 'regex' }, alice)).toEqual(['bob', 'carol']);
    expect(await usersOf({ search: 'anna', searchmethod: 'exact', searchtype: 'user' }, alice)).toEqual([]);
  });

  it.each([
    ['a(', 'in the syntax of RE2, not “a(”: missing closing )'],
    ['(?=a)', 'in the syntax of RE2, not “(?=a)”: invalid or unsupported Perl syntax'],
    ['(a)\\1', 'in the syntax of RE2, not “(a)\\1”: invalid escape sequence'],
    ['a{1001}', 'in the syntax of RE2, not “a{1001}”: invalid repeat count'],
  ])('rejects the regular expression %s', async (search, why) => {
    expect(await reasonOf('listaccts', { search, searchmethod: 'regex' })).toBe(
      `bad_param: The parameter “search” should be a regular expression ${why}.`,
    );
  });

  it('rejects a regular expression that would take too long', async () => {
    expect(await reasonOf('listaccts', { search: '(a?){500}a{500}', searchmethod: 'regex' })).toBe(
      'bad_param: The parameter “search” should be a smaller regular expression than “(a?){500}a{500}”. ' +
        'Use fewer repetitions.',
    );
  });

  it('rejects another kind of search', async () => {
    expect(await reasonOf('listaccts', { search: 'a', searchtype: 'email', searchmethod: 'like' })).toBe(
      'bad_param: The parameter “searchtype” should be “domain”, “owner”, “user”, “ip” or “package”, not “email”. ' +
        'The parameter “searchmethod” should be “exact” or “regex”, not “like”.',
    );
  });

  it('returns the requested fields', async () => {
    expect(await list({ want: 'user, diskused,user', search: 'anna' })).toEqual([
      { user: 'anna', diskused: '13M' },
    ]);
    expect(Object.keys((await list({ want: '' }))[0] ?? {})).toHaveLength(40);
  });

  it('omits unknown fields, with a warning', async () => {
    const args = { want: 'standalone_feature,user,constructor' };
    expect(await list(args)).toEqual([{ user: 'anna' }, { user: 'bob' }, { user: 'carol' }]);
    expect(await warningsOf(args)).toEqual([
      '“want” has unknown fields, which were left out: “standalone_feature”, “constructor”.',
    ]);
    expect(await reasonOf('listaccts', { want: 'usr,dom' })).toBe(
      'bad_param: The parameter “want” should name fields of accounts, such as “user,domain”, not “usr” or “dom”.',
    );
  });

  it('filters and sorts only by requested fields', async () => {
    const filter = { 'api.filter.enable': '1', 'api.filter.a.field': 'owner', 'api.filter.a.arg0': 'alice' };
    expect(await list({ want: 'user,owner', ...filter })).toEqual([
      { user: 'bob', owner: 'alice' },
      { user: 'carol', owner: 'alice' },
    ]);
    expect(await reasonOf('listaccts', { want: 'user', ...filter })).toBe(
      'bad_param: “api.filter.a” uses the field “owner”, which “want” omits. Add it to “want”.',
    );
    expect(
      await list({ want: 'user', ...filter, 'api.filter.a.field': '*', 'api.filter.a.arg0': 'a' }),
    ).toEqual([{ user: 'anna' }, { user: 'carol' }]);
  });

  it('returns pages, with the total number', async () => {
    const { data, metadata } = await here.call('listaccts', {
      'api.filter.enable': '1',
      'api.filter.verbose': '1',
      'api.filter.a.field': 'domain',
      'api.filter.a.arg0': 'SHOP',
      'api.sort.enable': '1',
      'api.sort.a.field': 'domain',
      'api.sort.a.reverse': '1',
      'api.chunk.enable': '1',
      'api.chunk.verbose': '1',
      'api.chunk.size': '1',
      'api.chunk.start': '2',
      'api.columns.enable': '1',
      'api.columns.a': 'domain',
      'api.columns.b': 'user',
    });
    expect(JSON.stringify(data)).toBe('{"acct":[{"domain":"carol-shop.example","user":"carol"}]}');
    expect(metadata.filter).toEqual({ filtered: 3 });
    expect(metadata.chunk).toEqual({ records: 2, size: 1, start: 2, current: 2, chunks: 2 });
  });

  it('counts a reseller’s own accounts for the reseller', async () => {
    const args = {
      'api.filter.enable': '1',
      'api.filter.verbose': '1',
      'api.filter.a.field': 'user',
      'api.filter.a.arg0': 'bob',
    };
    const { metadata } = await here.call('listaccts', args, { as: alice });
    expect(metadata.filter).toEqual({ filtered: 2 });
  });

  it('rejects filtering by an unknown field, or with an invalid number', async () => {
    const filter = (field: string, type: string) =>
      reasonOf('listaccts', {
        'api.filter.enable': '1',
        'api.filter.a.field': field,
        'api.filter.a.type': type,
        'api.filter.a.arg0': '1',
      });
    expect(await filter('usr', 'eq')).toMatch(
      /^bad_meta: api\.filter\.a\.field “usr” is not a field of this list; use backup, child_nodes, /,
    );
    expect(await filter('diskused', 'gt')).toBe(
      'bad_meta: api.filter.a.field “diskused” holds “13M”, which is not a number; ' +
        'filter it with api.filter.a.type contains, begins or eq.',
    );
  });

  onSqlite('reads a page sorted by domain from an index alone', async () => {
    const plans: string[] = [];
    const { store } = here.engine;
    here.overrides.store = {
      ...store,
      transaction: (effect, work) =>
        store.transaction(effect, (db, nested) => work(explaining(db, plans), nested)),
    };
    const page = { 'api.chunk.enable': '1', 'api.chunk.size': '1', 'api.chunk.start': '2' };
    const shown = await list({ 'api.sort.enable': '1', 'api.sort.a.field': 'domain', ...page });
    expect(shown).toMatchObject([{ domain: 'carol-shop.example' }]);
    expect(plans.filter((plan) => plan.startsWith('SCAN account '))).toEqual([
      expect.stringContaining('USING COVERING INDEX'),
    ]);
  });
});

describe('list_users', () => {
  it('lists root and all accounts, sorted', async () => {
    expect((await here.call('list_users')).data).toEqual({ users: ['root', 'anna', 'bob', 'carol'] });
  });

  it('lists a reseller’s own accounts for the reseller', async () => {
    expect((await here.call('list_users', {}, { as: alice })).data).toEqual({ users: ['bob', 'carol'] });
  });

  it('filters as every list does', async () => {
    const args = { 'api.filter.enable': '1', 'api.filter.a.field': 'users', 'api.filter.a.arg0': 'o' };
    expect((await here.call('list_users', args)).data).toEqual({ users: ['root', 'bob', 'carol'] });
  });

  it('requires the privilege list-accts from a reseller', async () => {
    expect(await reasonOf('list_users', {}, reseller('alice'))).toBe(
      'denied: You may not call “list_users”. It requires the privilege “list-accts”.',
    );
  });
});

describe('listsuspended', () => {
  const bob = {
    is_locked: 0,
    owner: 'alice',
    reason: 'Unpaid: straße',
    time: 'Tue Feb  3 04:05:06 2026',
    unixtime: 1770091506,
    user: 'bob',
  };
  const carol = {
    is_locked: 1,
    owner: 'alice',
    reason: '',
    time: 'Tue Nov 24 17:50:00 2026',
    unixtime: 1795542600,
    user: 'carol',
  };

  it('lists when and why accounts were suspended', async () => {
    expect((await here.call('listsuspended')).data).toEqual({ account: [bob, carol] });
  });

  it('sorts by time', async () => {
    const args = {
      'api.sort.enable': '1',
      'api.sort.a.field': 'unixtime',
      'api.sort.a.method': 'numeric',
      'api.sort.a.reverse': '1',
    };
    expect((await here.call('listsuspended', args)).data).toEqual({ account: [carol, bob] });
  });

  it('lists a reseller’s own accounts for the reseller', async () => {
    expect((await here.call('listsuspended', {}, { as: alice })).data).toEqual({ account: [bob, carol] });
    const other = { as: reseller('anna', 'list-accts') };
    expect((await here.call('listsuspended', {}, other)).data).toEqual({ account: [] });
  });

  it('requires the privilege list-accts from a reseller', async () => {
    expect(await reasonOf('listsuspended', {}, reseller('alice', 'suspend-acct'))).toBe(
      'denied: You may not call “listsuspended”. It requires the privilege “list-accts”.',
    );
  });
});

describe('listlockedaccounts', () => {
  it('lists accounts that only root can unsuspend', async () => {
    expect((await here.call('listlockedaccounts')).data).toEqual({ account: ['carol'] });
    expect((await here.call('listlockedaccounts', {}, { as: alice })).data).toEqual({ account: ['carol'] });
    const other = { as: reseller('anna', 'list-accts') };
    expect((await here.call('listlockedaccounts', {}, other)).data).toEqual({ account: [] });
  });

  it('requires the privilege list-accts from a reseller', async () => {
    expect(await reasonOf('listlockedaccounts', {}, reseller('alice'))).toBe(
      'denied: You may not call “listlockedaccounts”. It requires the privilege “list-accts”.',
    );
  });
});
