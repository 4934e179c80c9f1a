// Bandwidth by the public interface: the log of the web server is counted by the task, and showbw reports it.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/core/engine.ts';
import { BYTES_LOG, LOG_DIRECTORY } from '../../src/capabilities/bandwidth/driver/places.ts';
import type { Db } from '../../src/core/context.ts';
import type { Hash } from '../../src/core/values.ts';
import * as domains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { holdCall } from '../support/at-the-same-time.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
  mkdirSync(join(here.state, 'root', LOG_DIRECTORY), { recursive: true });
});
afterEach(() => here.remove());

const MEBIBYTE = 1_048_576;

function sent(name: string, bytes: number, time = here.time): void {
  appendFileSync(join(here.state, 'root', BYTES_LOG), `${Math.floor(time / 1000)} ${bytes} ${name}\n`);
}

/** Runs the task as the server does, and returns it. */
async function count(engine: Engine = here.engine) {
  const { application } = here;
  await transaction((db) =>
    engine.addTask(db, { kind: 'count-bandwidth', input: {}, caller: 'root', xid: 'x' }, here.time),
  );
  await runTasks({ engine, application, state: here.state }, 'count-bandwidth');
  const all = await transaction((db) => tasks.list(db));
  return all.filter(({ kind }) => kind === 'count-bandwidth').at(-1);
}

const transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

async function showbw(args: Record<string, string> = {}, options = {}): Promise<Hash> {
  const { metadata, data } = await here.call('showbw', args, options);
  expect(metadata).toMatchObject({ result: 1 });
  return data ?? {};
}

const accountsOf = async (args: Record<string, string> = {}, options = {}) =>
  (await showbw(args, options)).acct as Hash[];
const totals = async (args: Record<string, string> = {}, options = {}) =>
  (await accountsOf(args, options)).map(({ user, totalbytes }) => [user, totalbytes]);

describe('showbw', () => {
  it('returns what the log says, by account and domain', async () => {
    await addAccounts(
      here,
      anAccount({ username: 'anna', settings: { bandwidthLimit: 100 } }),
      anAccount({ username: 'bob', settings: { bandwidthLimit: null } }),
    );
    const shop = { domain: 'shop.bob.example', username: 'bob', type: 'sub' as const };
    await transaction((db) =>
      domains.insert(db, { ...shop, servedBy: null, documentRoot: 'public_html/shop' }),
    );
    sent('bob.example', 1000);
    sent('shop.bob.example', 20);
    sent('bob.example', 300);
    sent('unknown.example', 7);
    expect(await count()).toMatchObject({ state: 'done', result: { lines: 4, skipped: 0, changed: 0 } });
    expect(await showbw()).toEqual({
      acct: [
        {
          ...{ user: 'anna', maindomain: 'anna.example', owner: 'root', deleted: 0, reseller: 0 },
          ...{ limit: 100 * MEBIBYTE, totalbytes: 0 },
          bwusage: [{ domain: 'anna.example', usage: 0, deleted: 0 }],
        },
        {
          ...{ user: 'bob', maindomain: 'bob.example', owner: 'root', deleted: 0, reseller: 0 },
          ...{ limit: 0, totalbytes: 1320 },
          bwusage: [
            { domain: 'bob.example', usage: 1300, deleted: 0 },
            { domain: 'shop.bob.example', usage: 20, deleted: 0 },
          ],
        },
      ],
      ...{ month: 3, year: 2026, reseller: 'root', totalused: 1320 },
    });
    await transaction((db) => domains.remove(db, 'shop.bob.example'));
    expect((await accountsOf({ search: 'bob' }))[0]?.bwusage).toEqual([
      { domain: 'bob.example', usage: 1300, deleted: 0 },
      { domain: 'shop.bob.example', usage: 20, deleted: 1 },
    ]);
  });

  it('separates months at midnight of the server’s time zone', async () => {
    await addAccounts(here, anAccount());
    const midnight = new Date(2026, 3, 1).getTime();
    sent('bob.example', 1, midnight - 1000);
    sent('bob.example', 20, midnight);
    await count();
    expect(await totals({ month: '3', year: '2026' })).toEqual([['bob', 1]]);
    expect(await totals({ month: '4' })).toEqual([['bob', 20]]);
    expect(await totals({ month: '4', year: '2025' })).toEqual([['bob', 0]]);
  });

  it('searches, and shows resellers their own accounts only', async () => {
    const carol = reseller('carol', 'show-bandwidth');
    await addAccounts(
      here,
      anAccount({ username: 'anna', owner: 'carol', package: 'gold', ip: '192.0.2.2' }),
      anAccount({ username: 'bob' }),
      anAccount({ username: 'carol' }),
    );
    await here.call('setupreseller', { user: 'carol' });
    sent('anna.example', 5);
    sent('bob.example', 6);
    await count();
    expect(await totals({}, { as: carol })).toEqual([['anna', 5]]);
    expect(await totals({ showres: 'carol' })).toEqual([['anna', 5]]);
    expect(await totals({ search: 'gold', searchtype: 'package' })).toEqual([['anna', 5]]);
    expect(await totals({ search: '192.0.2.2', searchtype: 'ip' })).toEqual([['anna', 5]]);
    expect(await totals({ search: '^b', searchtype: 'user' })).toEqual([['bob', 6]]);
    expect((await accountsOf({ search: 'carol', searchtype: 'user' }))[0]).toMatchObject({ reseller: 1 });
    const { metadata } = await here.call('showbw', { showres: 'root' }, { as: carol });
    expect(metadata.result).toBe(0);
    expect(metadata.reason).toContain('can query only itself');
  });

  it('still returns the traffic of a removed account, apart from a new one of its name', async () => {
    const bob = { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' };
    await here.call('createacct', bob);
    await here.call('createacct', { ...bob, username: 'idle', domain: 'idle.example' });
    sent('bob.example', 5);
    await count();
    for (const username of ['bob', 'idle']) await here.call('removeacct', { username });
    await here.call('createacct', bob);
    sent('bob.example', 70);
    await count();
    const found = (await accountsOf()).map(({ user, deleted, totalbytes }) => [user, deleted, totalbytes]);
    expect(found).toEqual([
      ['bob', 0, 70],
      ['bob', 1, 5],
    ]);
    expect(await totals({ month: '2' })).toEqual([['bob', 0]]);
    expect(await totals({ search: '^BO', searchtype: 'domain' })).toHaveLength(2);
  });

  it('counts what was sent for a domain before the account lost it, or was removed', async () => {
    const password = 'correct horse battery staple 7';
    await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
    await here.call('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
    sent('bob.example', 5);
    sent('shop.bob.example', 30);
    await here.call('modifyacct', { user: 'bob', newuser: 'robert', domain: 'robert.example' });
    await here.call('delete_domain', { domain: 'shop.robert.example' });
    sent('robert.example', 200);
    sent('shop.robert.example', 1000);
    await here.call('removeacct', { username: 'robert' });
    await here.call('createacct', { username: 'robert', domain: 'other.example', password });
    await count();
    const found = (await accountsOf()).map(({ user, deleted, totalbytes }) => [user, deleted, totalbytes]);
    expect(found).toEqual([
      ['robert', 0, 0],
      ['robert', 1, 1235],
    ]);
    sent('bob.example', 5);
    here.time += 40 * 86_400_000;
    await count();
    await count();
    const left = await transaction((db) => db.all('SELECT domain FROM bandwidth_former_domain'));
    expect(left).toEqual([]);
  });

  it('stores days for some months, then the sums of months for five years', async () => {
    const password = 'correct horse battery staple 7';
    for (const username of ['anna', 'bob'])
      await here.call('createacct', { username, domain: `${username}.example`, password });
    const days = () =>
      transaction((db) =>
        db.all<{ username: string; day: number; bytes: number }>(
          'SELECT username, day, bytes FROM bandwidth ORDER BY username, day',
        ),
      );
    const march = (day: number) => new Date(2026, 2, day, 12).getTime();
    sent('anna.example', 40, march(3));
    for (const day of [1, 2, 31]) sent('bob.example', day, march(day));
    await count();
    await here.call('removeacct', { username: 'anna' });
    here.time = new Date(2026, 5, 30, 23, 50).getTime();
    await count();
    expect(await days()).toHaveLength(4);
    here.time = new Date(2026, 6, 1).getTime();
    await count();
    const sums = [
      { username: 'anna', day: 20260300, bytes: 40 },
      { username: 'bob', day: 20260300, bytes: 34 },
    ];
    expect(await days()).toEqual(sums);
    // Such as from a log that was copied back.
    sent('bob.example', 500, march(2));
    await count();
    const later = [sums[0], { username: 'bob', day: 20260300, bytes: 534 }];
    expect(await days()).toEqual(later);
    expect(await totals({ month: '3', year: '2026' })).toEqual([
      ['anna', 40],
      ['bob', 534],
    ]);
    const may = new Date(2030, 4, 1).getTime();
    for (const [now, expected] of [
      [new Date(2031, 2, 31).getTime(), later],
      [new Date(2031, 3, 1).getTime(), []],
    ] as const) {
      sent('bob.example', 7, may);
      here.time = now;
      await count();
      expect((await days()).filter(({ day }) => day < 20300000)).toEqual(expected);
    }
    expect(await totals({ month: '3', year: '2026' })).toEqual([['bob', 0]]);
    expect(await transaction((db) => db.all('SELECT * FROM bandwidth_removed_account'))).toEqual([]);
  });

  it('follows an account that is renamed', async () => {
    await here.call('createacct', {
      username: 'bob',
      domain: 'bob.example',
      password: 'correct horse 7 battery',
    });
    sent('bob.example', 5);
    await count();
    const changes = { user: 'bob', newuser: 'robert', domain: 'robert.example' };
    expect((await here.call('modifyacct', changes)).metadata).toMatchObject({ result: 1 });
    const [found] = await accountsOf();
    expect(found).toMatchObject({
      ...{ user: 'robert', totalbytes: 5 },
      bwusage: [
        { domain: 'bob.example', usage: 5, deleted: 1 },
        { domain: 'robert.example', usage: 0, deleted: 0 },
      ],
    });
  });
});

describe('the limit of an account', () => {
  const isBlocked = () =>
    readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8').includes(
      'over-limit',
    );
  const warnings = () =>
    transaction(async (db) =>
      (await tasks.list(db)).flatMap(({ kind, input }) =>
        kind === 'send-notification' ? [(input as { subject: string }).subject] : [],
      ),
    );

  beforeEach(async () => {
    const password = 'correct horse battery staple 7';
    const { metadata } = await here.call('createacct', {
      ...{ username: 'bob', domain: 'bob.example', password, bwlimit: '10' },
    });
    expect(metadata).toMatchObject({ result: 1 });
  });

  it('warns once in a month at 80 %', async () => {
    sent('bob.example', 8 * MEBIBYTE - 1);
    await count();
    expect(await warnings()).toEqual([]);
    sent('bob.example', 1);
    await count();
    expect(await warnings()).toEqual(['The account “bob” has used 80 % of its bandwidth']);
    sent('bob.example', 1000);
    await count();
    expect(await warnings()).toHaveLength(1);
    expect(isBlocked()).toBe(false);
    here.time = new Date(2026, 3, 2).getTime();
    sent('bob.example', 9 * MEBIBYTE);
    await count();
    expect(await warnings()).toHaveLength(2);
  });

  it('is told to the owner, without advice about intruders', async () => {
    await here.call('modifyacct', { user: 'bob', contactemail: 'bob@mail.example' });
    sent('bob.example', 8 * MEBIBYTE);
    await count();
    const bodies = await transaction(async (db) =>
      (await tasks.list(db)).flatMap(({ input }) => {
        const { event, body } = input as { event?: string; body?: string };
        return event === 'notify_bandwidth_limit' ? [body] : [];
      }),
    );
    expect(bodies).toEqual(['The account has sent 8 MiB in this month. Its limit is 10 MiB.']);
  });

  it('sends no warning if the notification is disabled', async () => {
    const importance = { app: 'BandwidthLimit', importance: 'Disabled' };
    const { metadata } = await here.call('set_application_contact_importance', importance);
    expect(metadata).toMatchObject({ result: 1 });
    sent('bob.example', 9 * MEBIBYTE);
    await count();
    expect(await warnings()).toEqual([]);
  });

  it('blocks the sites once it is reached, until the next month', async () => {
    sent('bob.example', 10 * MEBIBYTE - 1);
    await count();
    expect(isBlocked()).toBe(false);
    sent('bob.example', 1);
    expect(await count()).toMatchObject({ state: 'done', result: { changed: 1 } });
    expect(isBlocked()).toBe(true);
    expect(await warnings()).toHaveLength(1);
    expect(await count()).toMatchObject({ result: { changed: 0 } });
    here.time = new Date(2026, 3, 1).getTime() - 1;
    expect(await count()).toMatchObject({ result: { changed: 0 } });
    here.time += 1;
    expect(await count()).toMatchObject({ result: { changed: 1 } });
    expect(isBlocked()).toBe(false);
  });

  it('stays over other changes of the account', async () => {
    sent('bob.example', 10 * MEBIBYTE);
    await count();
    await here.call('suspendacct', { user: 'bob' });
    await here.call('unsuspendacct', { user: 'bob' });
    expect(isBlocked()).toBe(true);
    expect((await here.call('modifyacct', { user: 'bob', newuser: 'robert' })).metadata.result).toBe(1);
    const renamed = join(here.state, 'root/etc/apache2/whmapi1/accounts/robert.conf');
    expect(readFileSync(renamed, 'utf8')).toContain('over-limit');
    expect(await count()).toMatchObject({ result: { changed: 0 } });
  });

  it('is lifted at once by each function that sets a higher limit, and by a change of the package', async () => {
    sent('bob.example', 10 * MEBIBYTE);
    await count();
    for (const [command, args] of [
      ['limitbw', { user: 'bob', bwlimit: '11' }],
      ['modifyacct', { user: 'bob', BWLIMIT: '11' }],
      ['changepackage', { user: 'bob', pkg: 'default' }],
    ] as const) {
      await here.call('limitbw', { user: 'bob', bwlimit: '10' });
      expect([command, isBlocked()]).toEqual([command, true]);
      expect((await here.call(command, args)).metadata).toMatchObject({ result: 1 });
      expect([command, isBlocked()]).toEqual([command, false]);
      expect(await count()).toMatchObject({ result: { changed: 0 } });
    }
    await here.call('addpkg', { name: 'small', bwlimit: '10' });
    await here.call('changepackage', { user: 'bob', pkg: 'small' });
    expect(isBlocked()).toBe(true);
    await here.call('editpkg', { name: 'small', bwlimit: '11' });
    expect(isBlocked()).toBe(false);
    await here.call('editpkg', { name: 'small', bwlimit: '5' });
    expect(isBlocked()).toBe(true);
    expect(await count()).toMatchObject({ result: { changed: 0 } });
  });

  it('that a call sets while the task acts on the former one is kept', async () => {
    sent('bob.example', 10 * MEBIBYTE);
    const { engine, reached, release } = holdCall(here.engine, 'limitbw');
    const task = count(engine);
    await reached;
    expect((await here.call('limitbw', { user: 'bob', bwlimit: '20' })).metadata).toMatchObject({
      result: 1,
    });
    release();
    expect(await task).toMatchObject({ state: 'done', result: { changed: 0 } });
    expect(await accountsOf({ searchtype: 'user', search: 'bob' })).toMatchObject([{ limit: 20 * MEBIBYTE }]);
    expect(isBlocked()).toBe(false);
  });

  it('is reported by limitbw, with the usage', async () => {
    sent('bob.example', 2.5 * MEBIBYTE);
    await count();
    const { metadata, data } = await here.call('limitbw', { user: 'bob', bwlimit: '2' });
    expect(data?.bwlimits).toMatchObject([{ bwlimit: 2 * MEBIBYTE, human_bwused: '2.50 MiB' }]);
    expect(metadata.output?.messages).toEqual([
      'The account has already reached this limit in this month, so its sites respond with the status 509.',
    ]);
    expect(isBlocked()).toBe(true);
  });
});

describe('the limit of a reseller that oversells bandwidth', () => {
  it('counts what its accounts have transferred in this month', async () => {
    const password = 'correct horse battery staple 7';
    for (const username of ['boss', 'bob'])
      await here.call('createacct', { username, domain: `${username}.example`, password, owner: 'root' });
    await here.call('setupreseller', { user: 'boss' });
    await here.call('modifyacct', { user: 'bob', owner: 'boss' });
    const { metadata } = await here.call('setresellerlimits', {
      ...{ user: 'boss', enable_resource_limits: '1', bandwidth_limit: '5' },
      ...{ enable_overselling: '1', enable_overselling_bandwidth: '1' },
    });
    expect(metadata).toMatchObject({ result: 1 });
    const as = reseller('boss', 'create-acct', 'viewglobalpackages', 'edit-account');
    const make = async (username: string) => {
      const args = { username, domain: `${username}.example`, password, bwlimit: '1000' };
      return (await here.call('createacct', args, { as })).metadata;
    };
    sent('bob.example', 5 * MEBIBYTE - 1);
    await count();
    expect((await make('one')).reason).toBe('Account Creation Ok');
    sent('bob.example', 1);
    await count();
    expect(await make('two')).toMatchObject({ error_code: 'limit_reached' });
  });
});

describe('resellerstats', () => {
  it('returns the bandwidth of a month, also that of removed accounts', async () => {
    for (const username of ['anna', 'bob']) {
      const password = 'correct horse battery staple 7';
      await here.call('createacct', { username, domain: `${username}.example`, password });
    }
    sent('anna.example', 1.5 * MEBIBYTE);
    sent('bob.example', 2 * MEBIBYTE);
    await count();
    await here.call('removeacct', { username: 'anna' });
    const stats = async (args: Record<string, string>) => {
      const { data } = await here.call('resellerstats', { user: 'root', ...args });
      const { acct, totalbwused } = data?.reseller as Hash;
      const shown = (acct as Hash[]).map(({ user, deleted, bandwidthused }) => [
        user,
        deleted,
        bandwidthused,
      ]);
      return { shown, totalbwused };
    };
    expect(await stats({})).toEqual({
      shown: [
        ['anna', 1, '1.50'],
        ['bob', 0, '2.00'],
      ],
      totalbwused: '3.50',
    });
    expect(await stats({ filter_deleted: '1' })).toEqual({
      shown: [['bob', 0, '2.00']],
      totalbwused: '2.00',
    });
    expect(await stats({ month: '2' })).toEqual({ shown: [['bob', 0, '0.00']], totalbwused: '0.00' });
  });
});

describe('the task count-bandwidth', () => {
  it('counts nothing twice, and reports lines that it skips', async () => {
    await addAccounts(here, anAccount());
    sent('bob.example', 5);
    appendFileSync(join(here.state, 'root', BYTES_LOG), '1 1 <script>\n');
    expect(await count()).toMatchObject({ result: { lines: 1, skipped: 1 } });
    expect(await count()).toMatchObject({ result: { lines: 0, skipped: 0 } });
    expect(await totals()).toEqual([['bob', 5]]);
  });
});
