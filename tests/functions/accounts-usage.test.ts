// Disk usage: get_disk_usage, which measures it, and quota_enabled.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as resting } from 'node:timers/promises';
import type { Caller } from '../../src/core/context.ts';
import type { TaskContext } from '../../src/core/task.ts';
import { setUsage } from '../../src/capabilities/accounts/rules/accounts.ts';
import { measureInGroups } from '../../src/life/rules/disk-usage.ts';
import { type MachineQuota, type MachineUsage } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Hash } from '../../src/core/values.ts';
import { addAccounts, anAccount, storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const call = (command: string, args: Record<string, string> = {}, as?: Caller) =>
  here.call(command, args, as === undefined ? {} : { as });
const usageOf = async (args: Record<string, string> = {}, as?: Caller) => {
  const { data, metadata } = await call('get_disk_usage', args, as);
  expect(metadata).toMatchObject({ result: 1 });
  return data?.accounts as Hash[];
};
/** Replaces the machine’s measurement with one of the test. */
const measureBy = (usage: MachineQuota['usage'], isEnabled = false) => {
  const usages: MachineQuota['usages'] = async (names, measured) => {
    for (const name of names)
      measured(name, await usage(name).catch((error: unknown) => error as MachineError));
  };
  replaceQuota({ isEnabled: async () => isEnabled, setLimit: async () => undefined, usage, usages });
};
const replaceQuota = (quota: MachineQuota) => {
  here.overrides = { machine: { ...here.engine.machine, quota: async () => quota } };
};

describe('get_disk_usage', () => {
  it('returns the last measured values', async () => {
    await addAccounts(
      here,
      anAccount({ username: 'anna', blocksUsed: 2048, inodesUsed: 9, settings: { diskLimit: 100 } }),
      anAccount({ username: 'bob', settings: { diskLimit: null } }),
    );
    measureBy(async () => {
      throw new Error('Nothing is measured.');
    });
    const expected = [
      { blocks_limit: 102_400, blocks_used: 2048, inodes_limit: null, inodes_used: 9, user: 'anna' },
      { blocks_limit: null, blocks_used: null, inodes_limit: null, inodes_used: null, user: 'bob' },
    ];
    expect(await usageOf()).toEqual(expected);
    expect(await usageOf({ cache_mode: 'on' })).toEqual(expected);
  });

  it('measures the usage on the machine, and stores it for lists', async () => {
    const args = { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' };
    expect((await here.call('createacct', args)).metadata.result).toBe(1);
    // Folders use space on some file systems only.
    writeFileSync(join(here.state, 'root/home/bob/big'), Buffer.alloc(1.1 * 1024 * 1024, 1));
    const [before] = await usageOf();
    expect(Number(before?.blocks_used)).toBeLessThan(1024);
    const [measured] = await usageOf({ cache_mode: 'off' });
    expect(Number(measured?.blocks_used)).toBeGreaterThanOrEqual(1024);
    expect(await usageOf()).toEqual([measured]);
    const { data } = await call('listaccts', { want: 'diskused' });
    expect(data?.acct).toEqual([{ diskused: '2M' }]);
  });

  it('counts databases as a tweak setting says, which starts a task that measures', async () => {
    const key = 'disk_usage_include_sqldbs';
    expect((await call('get_tweaksetting', { key })).data).toEqual({ tweaksetting: { key, value: '1' } });
    const { metadata } = await call('set_tweaksetting', { key, value: '0' });
    expect(metadata.output?.messages).toEqual([expect.stringContaining('applies the setting')]);
    expect(metadata.output?.warnings).toBeUndefined();
    const tasks = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all("SELECT kind FROM task WHERE state = 'waiting'"),
      keep: false,
    }));
    expect(tasks).toEqual([{ kind: 'measure-disk-usage' }]);
  });

  it('measures with no transaction open', async () => {
    const names = Array.from({ length: 205 }, (_, at) => `user${at}`);
    await addAccounts(here, ...names.map((username) => anAccount({ username })));
    measureBy(async (name) => {
      // This would wait for ever for a transaction that waits for it.
      await storedAccount(here, name);
      return { blocks: Number(name.slice(4)), inodes: 1 };
    });
    const usage = await usageOf({ cache_mode: 'off' });
    expect(usage).toHaveLength(205);
    expect(usage.every(({ user, blocks_used }) => user === `user${Number(blocks_used)}`)).toBe(true);
  });

  it('stores what is known while it measures the rest, also if that fails', async () => {
    const names = Array.from({ length: 1001 }, (_, at) => `user${at}`);
    await addAccounts(here, ...names.map((username) => anAccount({ username })));
    const machine = await here.engine.machine.quota();
    const measureBut = (measureLast: () => Promise<MachineUsage>) => {
      replaceQuota({
        ...machine,
        usages: async (all, measured) => {
          const [last = '', ...others] = [...all].reverse();
          for (const name of others) measured(name, { blocks: 5, inodes: 1 });
          while ((await storedAccount(here, others[0] ?? ''))?.blocksUsed !== 5) await resting();
          measured(last, await measureLast());
        },
      });
    };
    measureBut(async () => ({ blocks: 7, inodes: 1 }));
    const usage = await usageOf({ cache_mode: 'off' });
    expect(usage.map(({ blocks_used }) => blocks_used).sort()).toEqual([...Array<number>(1000).fill(5), 7]);
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run('UPDATE account SET blocks_used = 1'),
      keep: true,
    }));
    measureBut(() => Promise.reject(new MachineError('failed', '“find” failed.')));
    expect((await call('get_disk_usage', { cache_mode: 'off' })).metadata.result).toBe(0);
    expect((await usageOf()).map(({ blocks_used }) => blocks_used).sort()).toEqual([
      1,
      ...Array<number>(1000).fill(5),
    ]);
  });

  it('keeps the size of databases that was stored while the task measured the files', async () => {
    await addAccounts(here, anAccount({ username: 'bob' }));
    const { machine, sealer, store } = here.engine;
    const transaction: TaskContext['transaction'] = (effect, work) =>
      store.transaction(effect, async (db) => ({ value: await work(db), keep: effect === 'changes' }));
    const { signal } = new AbortController();
    const measureAll = async (during: () => Promise<void>) => {
      const usages: MachineQuota['usages'] = async (_names, measured) => {
        here.time += 1000;
        await during();
        here.time += 1000;
        measured('bob', { blocks: 100, inodes: 1 });
      };
      const quota = async () => ({ ...(await machine.quota()), usages });
      await measureInGroups(
        {
          ...{ machine: { ...machine, quota }, sealer, transaction, signal },
          ...{ now: () => here.time, log: () => undefined, progress: () => undefined },
        },
        () => Promise.resolve(new Map()),
      );
      return (await storedAccount(here, 'bob'))?.blocksUsed;
    };
    const files = { blocks: 90, inodes: 1 };
    const call = () =>
      transaction('changes', (db) =>
        setUsage(db, 'bob', { files, mysql: 9000, postgresql: 0, at: here.time }),
      );
    expect(await measureAll(call)).toBe(9100);
    // The databases were dropped since.
    here.time += 1000;
    expect(await measureAll(async () => undefined)).toBe(100);
    // The clock was a month ahead when a call stored these.
    here.time += 30 * 86_400_000;
    await call();
    here.time -= 30 * 86_400_000;
    expect(await measureAll(async () => undefined)).toBe(100);
  });

  it('continues if one account cannot be measured, and says so', async () => {
    const names = ['anna', 'bob', 'carol'];
    await addAccounts(
      here,
      ...names.map((username) => anAccount({ username, blocksUsed: 1, inodesUsed: 1 })),
    );
    measureBy(async (name) => {
      if (name === 'bob') throw new MachineError('not_found', 'The server has no user “bob”.');
      return { blocks: 7, inodes: 2 };
    });
    const { data, metadata } = await call('get_disk_usage', { cache_mode: 'off' });
    expect(data?.accounts).toMatchObject([
      { user: 'anna', blocks_used: 7 },
      { user: 'bob', blocks_used: 1 },
      { user: 'carol', blocks_used: 7 },
    ]);
    expect(metadata.output?.warnings).toEqual([
      'The disk usage of “bob” is the last measured value: The server has no user “bob”.',
    ]);
  });

  it('reports twenty failures one by one, and the number of the others', async () => {
    const names = Array.from({ length: 23 }, (_, at) => `user${at}`);
    await addAccounts(here, ...names.map((username) => anAccount({ username })));
    const { metadata } = await call('get_disk_usage', { cache_mode: 'off' });
    expect(metadata.output?.warnings).toHaveLength(21);
    expect(metadata.output?.warnings?.at(-1)).toBe('The same applies to 3 more accounts.');
  });

  it('saves nothing in a dry run', async () => {
    await addAccounts(here, anAccount());
    measureBy(async () => ({ blocks: 7, inodes: 2 }));
    const { data } = await here.call('get_disk_usage', { cache_mode: 'off' }, { dryRun: true });
    expect(data?.accounts).toMatchObject([{ blocks_used: 7 }]);
    expect(await usageOf()).toMatchObject([{ blocks_used: null }]);
  });

  it('measures a reseller’s own accounts for the reseller', async () => {
    await addAccounts(here, anAccount({ username: 'bob', owner: 'alice' }), anAccount({ username: 'carol' }));
    measureBy(async () => ({ blocks: 7, inodes: 2 }));
    const alice = reseller('alice', 'list-accts');
    expect(await usageOf({ cache_mode: 'off' }, alice)).toMatchObject([{ user: 'bob', blocks_used: 7 }]);
    expect(await usageOf()).toMatchObject([
      { user: 'bob', blocks_used: 7 },
      { user: 'carol', blocks_used: null },
    ]);
    const { metadata } = await call('get_disk_usage', {}, reseller('alice', 'quota'));
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You may not call “get_disk_usage”. It requires the privilege “list-accts”.',
    });
  });

  it('sorts by usage, and rejects unknown modes', async () => {
    const used: [string, number | null][] = [
      ['anna', 5],
      ['bob', null],
      ['carol', 10],
    ];
    await addAccounts(here, ...used.map(([username, blocksUsed]) => anAccount({ username, blocksUsed })));
    const most = {
      'api.sort.enable': '1',
      'api.sort.a.field': 'blocks_used',
      'api.sort.a.method': 'numeric',
      'api.sort.a.reverse': '1',
    };
    expect((await usageOf(most)).map(({ user }) => user)).toEqual(['carol', 'anna', 'bob']);
    expect((await call('get_disk_usage', { cache_mode: 'auto' })).metadata.reason).toBe(
      'The parameter “cache_mode” should be “on” or “off”, not “auto”.',
    );
  });
});

describe('quota_enabled', () => {
  it('tells every caller whether limits are enforced', async () => {
    expect((await call('quota_enabled', {}, reseller('alice'))).data).toEqual({ quota_enabled: 0 });
    measureBy(async () => ({ blocks: 0, inodes: 0 }), true);
    expect((await call('quota_enabled')).data).toEqual({ quota_enabled: 1 });
  });
});
