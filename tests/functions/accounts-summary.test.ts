// Information about one account: accountsummary, has_digest_auth, has_mycnf_for_cpuser. For a new name:
// verify_new_username.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/core/context.ts';
import type { MachineQuota, MachineUsage } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Hash } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

/** Creates an account that also exists on the machine. */
const create = async (username: string, args: Record<string, string> = {}) => {
  const domain = `${username}.example`;
  const password = 'correct horse battery staple 7';
  const { metadata } = await here.call('createacct', { username, domain, password, ...args });
  expect(metadata).toMatchObject({ result: 1 });
};
const home = (name: string) => join(here.state, 'root/home', name);
const call = (command: string, args: Record<string, string>, as?: Caller) =>
  here.call(command, args, as === undefined ? {} : { as });
const summaryOf = async (args: Record<string, string>, as?: Caller) => {
  const { data, metadata } = await call('accountsummary', args, as);
  expect(metadata).toMatchObject({ result: 1 });
  return data?.acct as Hash[];
};
const reasonOf = async (command: string, args: Record<string, string>, as?: Caller) => {
  const { metadata } = await call(command, args, as);
  return `${metadata.error_code}: ${metadata.reason}`;
};
/** Replaces the machine’s measurement with one of the test. */
const measureBy = (usage: MachineQuota['usage']) => {
  const quota = { isEnabled: async () => false, setLimit: async () => undefined, usage, usages: jest.fn() };
  here.overrides = { machine: { ...here.engine.machine, quota: async () => quota } };
};

describe('accountsummary', () => {
  const alice = reseller('alice', 'acct-summary');

  it('returns everything about an account, and measures its disk usage', async () => {
    const bob = anAccount({
      contactEmail: 'bob@mail.example',
      createdAt: Date.parse('2026-11-24T17:50:00Z'),
      blocksUsed: 5,
      inodesUsed: 1,
      settings: { diskLimit: 1000 },
    });
    await addAccounts(here, bob, anAccount({ username: 'carol' }));
    measureBy(async () => ({ blocks: 12 * 1024 - 1, inodes: 40 }));
    const { data, metadata } = await call('accountsummary', { user: 'bob' });
    expect(metadata.output).toBeUndefined();
    expect(data).toEqual({
      acct: [
        {
          backup: 0,
          child_nodes: [],
          disklimit: '1000M',
          diskused: '12M',
          domain: 'bob.example',
          email: 'bob@mail.example',
          inodeslimit: 'unlimited',
          inodesused: 40,
          ip: '192.0.2.1',
          ipv6: [],
          is_locked: 0,
          is_temporary_domain: 0,
          legacy_backup: 0,
          mailbox_format: 'maildir',
          max_defer_fail_percentage: 'unlimited',
          max_email_per_hour: 'unlimited',
          max_emailacct_quota: 1024,
          maxaddons: 0,
          maxftp: 'unlimited',
          maxlst: 'unlimited',
          maxparked: 0,
          maxpop: 'unlimited',
          maxsql: 'unlimited',
          maxsub: 'unlimited',
          outgoing_mail_hold: 0,
          outgoing_mail_suspended: 0,
          owner: 'root',
          partition: 'home',
          plan: 'default',
          shell: '/usr/sbin/nologin',
          startdate: '26 Nov 24 17:50',
          suspended: 0,
          suspendreason: 'not suspended',
          suspendtime: null,
          temporary: 0,
          theme: 'jupiter',
          uid: '1001',
          unix_startdate: 1795542600,
          user: 'bob',
        },
      ],
    });
  });

  it('measures the contents of the home directory of a user on the machine', async () => {
    await create('bob');
    // The creation has measured it once before it wrote all files.
    here.time += 60_000;
    const [{ inodesused: before } = {}] = await summaryOf({ user: 'bob' });
    mkdirSync(join(home('bob'), 'files'));
    // Folders use space on some file systems only.
    writeFileSync(join(home('bob'), 'files/one'), Buffer.alloc(2.1 * 1024 * 1024, 1));
    here.time += 60_000;
    expect(await summaryOf({ user: 'bob' })).toMatchObject([
      { diskused: '3M', inodesused: Number(before) + 2, user: 'bob' },
    ]);
  });

  describe('while the disk usage is known', () => {
    const usages = [
      { blocks: 1024, inodes: 1 },
      { blocks: 2048, inodes: 2 },
    ];
    let measured = 0;
    beforeEach(async () => {
      await addAccounts(here, anAccount());
      measured = 0;
      measureBy(async () => usages[measured++] as MachineUsage);
      await summaryOf({ user: 'bob' });
      expect(measured).toBe(1);
    });
    const ask = () => call('accountsummary', { user: 'bob' });

    it('is up to a minute old', async () => {
      here.time += 59_999;
      const { data, metadata } = await ask();
      expect(data?.acct).toMatchObject([{ diskused: '1M', inodesused: 1 }]);
      expect(metadata.output).toBeUndefined();
      expect(measured).toBe(1);
    });

    it.each([
      ['a minute later', 60_000],
      ['after the clock was set back', -1],
    ])('is measured by a command %s', async (_when, passed) => {
      here.time += passed;
      expect(await summaryOf({ user: 'bob' })).toMatchObject([{ diskused: '2M' }]);
      expect(await summaryOf({ user: 'bob' })).toMatchObject([{ diskused: '2M' }]);
      expect(measured).toBe(2);
    });

    it('is measured by a dry run, which stores nothing', async () => {
      here.time += 60_000;
      const { data } = await here.call('accountsummary', { user: 'bob' }, { dryRun: true });
      expect(data?.acct).toMatchObject([{ diskused: '2M' }]);
      expect((await call('listaccts', { want: 'diskused' })).data?.acct).toEqual([{ diskused: '1M' }]);
    });

    it.each([
      ['1 minute', 119_999],
      ['2 minutes', 120_000],
      ['1 hour', 3_600_000],
      ['23 hours', 86_399_999],
    ])('is measured by a server after the call, which says that it is %s old', async (age, passed) => {
      const later: [string, () => Promise<void>][] = [];
      here.overrides = { ...here.overrides, later: (...work) => later.push(work) };
      here.time += passed;
      const { data, metadata } = await ask();
      expect(data?.acct).toMatchObject([{ diskused: '1M', inodesused: 1 }]);
      expect(metadata.output?.messages).toEqual([
        `The disk usage was measured ${age} ago. It is being measured again.`,
      ]);
      expect(measured).toBe(1);
      expect(later).toEqual([['disk usage of bob', expect.any(Function)]]);
      await later[0]?.[1]();
      expect(await summaryOf({ user: 'bob' })).toMatchObject([{ diskused: '2M', inodesused: 2 }]);
      expect(later).toHaveLength(1);
    });

    it('is measured by a server during the call after a day, so that the reason of a failure is seen', async () => {
      here.overrides = { ...here.overrides, later: () => expect('work').toBe('done during the call') };
      here.time += 86_400_000;
      expect(await summaryOf({ user: 'bob' })).toMatchObject([{ diskused: '2M' }]);
    });
  });

  it('returns the last measured value if the machine does not know the user', async () => {
    await addAccounts(here, anAccount({ blocksUsed: 1025, inodesUsed: 7 }));
    const { data, metadata } = await call('accountsummary', { user: 'bob' });
    expect(data?.acct).toMatchObject([{ diskused: '2M', inodesused: 7 }]);
    expect(metadata.output?.warnings).toEqual([
      'The disk usage of “bob” is the last measured value: The server has no user “bob”.',
    ]);
  });

  it('returns the last measured value if the machine cannot measure, but does not hide bugs', async () => {
    await addAccounts(here, anAccount());
    measureBy(async () => {
      throw new MachineError('failed', '“du” took too long and was stopped.');
    });
    const { data, metadata } = await call('accountsummary', { user: 'bob' });
    expect(data?.acct).toMatchObject([{ diskused: 'none', inodesused: null }]);
    expect(metadata.output?.warnings).toEqual([
      'The disk usage of “bob” is the last measured value: “du” took too long and was stopped.',
    ]);
    measureBy(async () => {
      throw new Error('A defect.');
    });
    expect(await reasonOf('accountsummary', { user: 'bob' })).toMatch(/^internal: /);
  });

  it('measures while no transaction is open', async () => {
    await addAccounts(here, anAccount());
    measureBy(async () => {
      // Another transaction would wait for ever for one that waits for this one.
      await addAccounts(here, anAccount({ username: 'carol' }));
      return { blocks: 1, inodes: 1 };
    });
    expect(await summaryOf({ user: 'bob' })).toMatchObject([{ diskused: '1M' }]);
    here.overrides = {};
    expect(await summaryOf({ search: 'carol' })).toHaveLength(1);
  });

  it('accepts the domain instead of the user, in upper or lower case', async () => {
    await addAccounts(here, anAccount({ username: 'bob', domain: 'shop.example' }));
    expect(await summaryOf({ domain: 'Shop.EXAMPLE' })).toMatchObject([{ user: 'bob' }]);
    expect(await reasonOf('accountsummary', { domain: 'bob.example' })).toBe(
      'not_found: You do not have an account with the domain “bob.example”.',
    );
  });

  it('searches as listaccts does, without measuring', async () => {
    const names = ['anna', 'annette', 'bob'];
    await addAccounts(here, ...names.map((username) => anAccount({ username, blocksUsed: 1024 })));
    measureBy(async () => {
      throw new Error('Nothing is measured for a search.');
    });
    expect(await summaryOf({ search: 'ANN' })).toMatchObject([
      { user: 'anna', diskused: '1M' },
      { user: 'annette', diskused: '1M' },
    ]);
    expect(await summaryOf({ search: 'ann.*e$', searchtype: 'user', searchmethod: 'regex' })).toMatchObject([
      { user: 'annette' },
    ]);
    expect(await summaryOf({ search: 'ann', searchmethod: 'exact' })).toEqual([]);
    const page = { 'api.chunk.enable': '1', 'api.chunk.size': '1', 'api.chunk.start': '2' };
    expect(await summaryOf({ search: '.example', searchtype: 'domain', ...page })).toMatchObject([
      { user: 'annette' },
    ]);
  });

  it('requires an account', async () => {
    expect(await reasonOf('accountsummary', {})).toBe(
      'missing_param: Use exactly one of “user”, “domain” or “search”.',
    );
    expect(await reasonOf('accountsummary', { user: 'bob', domain: 'bob.example' })).toBe(
      'bad_param: Use exactly one of “user”, “domain” or “search”.',
    );
    expect(await reasonOf('accountsummary', { user: 'Bob!' })).toBe(
      'bad_param: The parameter “user” should be a username: at most 16 lower-case letters and digits, ' +
        'the first a letter, not “bob!”.',
    );
    expect(await reasonOf('accountsummary', { user: 'bob' })).toBe(
      'not_found: You do not have a user named “bob”.',
    );
  });

  it('returns only a reseller’s own accounts to the reseller', async () => {
    await addAccounts(here, anAccount({ username: 'bob', owner: 'alice' }), anAccount({ username: 'carol' }));
    expect(await summaryOf({ user: 'bob' }, alice)).toMatchObject([{ user: 'bob', owner: 'alice' }]);
    expect(await summaryOf({ domain: 'bob.example' }, alice)).toMatchObject([{ user: 'bob' }]);
    expect(await summaryOf({ search: 'o' }, alice)).toMatchObject([{ user: 'bob' }]);
    const reasons = ['carol', 'nobody1'].map((user) => reasonOf('accountsummary', { user }, alice));
    expect(await Promise.all(reasons)).toEqual([
      'denied: You do not have access to an account named “carol”.',
      'denied: You do not have access to an account named “nobody1”.',
    ]);
    expect(await reasonOf('accountsummary', { domain: 'carol.example' }, alice)).toBe(
      'not_found: You do not have an account with the domain “carol.example”.',
    );
  });

  it('requires the privilege acct-summary from a reseller', async () => {
    expect(await reasonOf('accountsummary', { user: 'bob' }, reseller('alice', 'list-accts'))).toBe(
      'denied: You may not call “accountsummary”. It requires the privilege “acct-summary”.',
    );
  });
});

describe('has_digest_auth', () => {
  it('returns whether an account has digest authentication', async () => {
    const has = anAccount({ username: 'bob', settings: { digestAuth: true } });
    await addAccounts(here, has, anAccount({ username: 'carol', owner: 'alice' }));
    expect((await call('has_digest_auth', { user: 'bob' })).data).toEqual({ digestauth: 1 });
    expect((await call('has_digest_auth', { user: 'carol' })).data).toEqual({ digestauth: 0 });
    const alice = reseller('alice', 'digest-auth');
    expect((await call('has_digest_auth', { user: 'carol' }, alice)).data).toEqual({ digestauth: 0 });
    expect(await reasonOf('has_digest_auth', { user: 'bob' }, alice)).toBe(
      'denied: You do not have access to an account named “bob”.',
    );
  });

  it('rejects nonexistent accounts, and callers without the privilege', async () => {
    expect(await reasonOf('has_digest_auth', { user: 'root' })).toBe(
      'not_found: You do not have a user named “root”.',
    );
    expect(await reasonOf('has_digest_auth', { user: 'bob' }, reseller('alice', 'list-accts'))).toBe(
      'denied: You may not call “has_digest_auth”. It requires the privilege “digest-auth”.',
    );
  });
});

describe('has_mycnf_for_cpuser', () => {
  const has = async (user: string, as?: Caller) => (await call('has_mycnf_for_cpuser', { user }, as)).data;

  it('returns whether the file exists', async () => {
    await create('bob');
    expect(await has('bob')).toEqual({ has_mycnf_for_cpuser: 0 });
    symlinkSync('/etc/passwd', join(home('bob'), '.my.cnf'));
    expect(await has('bob')).toEqual({ has_mycnf_for_cpuser: 0 });
    await create('carol');
    writeFileSync(join(home('carol'), '.my.cnf'), '[client]\n');
    expect(await has('carol')).toEqual({ has_mycnf_for_cpuser: 1 });
  });

  it('finds none if the machine does not know the user', async () => {
    await addAccounts(here, anAccount());
    expect(await has('bob')).toEqual({ has_mycnf_for_cpuser: 0 });
  });

  it('checks only the accounts of a reseller for the reseller', async () => {
    await addAccounts(here, anAccount({ username: 'bob', owner: 'alice' }), anAccount({ username: 'carol' }));
    const alice = reseller('alice', 'mysql-info');
    expect(await has('bob', alice)).toEqual({ has_mycnf_for_cpuser: 0 });
    expect(await reasonOf('has_mycnf_for_cpuser', { user: 'carol' }, alice)).toBe(
      'denied: You do not have access to an account named “carol”.',
    );
    expect(await reasonOf('has_mycnf_for_cpuser', { user: 'bob' }, reseller('alice'))).toBe(
      'denied: You may not call “has_mycnf_for_cpuser”. It requires the privilege “mysql-info”.',
    );
  });
});

describe('verify_new_username', () => {
  it('accepts a name that an account can have', async () => {
    const { metadata, data } = await call('verify_new_username', { user: 'bob' });
    expect(metadata).toMatchObject({ result: 1, reason: 'OK' });
    expect(data).toBeUndefined();
    expect(
      (await call('verify_new_username', { user: 'bob' }, reseller('alice', 'create-acct'))).metadata.result,
    ).toBe(1);
  });

  it.each([
    [
      'b.ob',
      'The parameter “user” should be a username: at most 16 lower-case letters and digits, the first a letter, not “b.ob”.',
    ],
    ['carol', 'The account “carol” already exists. Choose another name.'],
  ])('rejects %s', async (user, reason) => {
    await addAccounts(here, anAccount({ username: 'carol' }));
    expect(await reasonOf('verify_new_username', { user })).toBe(`bad_param: ${reason}`);
  });

  it('rejects what createacct rejects', async () => {
    await addAccounts(here, anAccount({ username: 'longname1' }));
    for (const user of ['root', 'longname2']) {
      const [{ metadata: verified }, { metadata: created }] = [
        await call('verify_new_username', { user }),
        await call('createacct', { username: user, domain: 'x.example' }),
      ];
      expect([user, verified.error_code]).toEqual([user, 'bad_param']);
      expect(verified.reason).toBe(created.reason);
    }
  });

  it('requires the privilege create-acct from a reseller', async () => {
    expect(await reasonOf('verify_new_username', { user: 'bob' }, reseller('alice', 'list-accts'))).toBe(
      'denied: You may not call “verify_new_username”. It requires the privilege “create-acct”.',
    );
  });
});
