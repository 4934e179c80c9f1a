// Tokens as the server uses them: `authenticate`. The tests of the functions check what functions show of tokens.
import * as apiTokens from '../../../../src/capabilities/logins/rules/api-tokens.ts';
import * as resellers from '../../../../src/capabilities/accounts/rules/resellers/resellers.ts';
import { dismiss } from '../../../../src/life/rules/resellers.ts';
import { forget, rename } from '../../../../src/life/stored.ts';
import * as accounts from '../../../../src/capabilities/accounts/rules/accounts.ts';
import type { Db } from '../../../../src/core/context.ts';
import { addAccounts, anAccount } from '../../../support/accounts.ts';
import { Installation } from '../../../support/installation.ts';
import { onSqlite } from '../../../support/test-database.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount());
  await change(async (db) => {
    await resellers.setUp(db, 'bob', false);
    await resellers.setPrivileges(db, 'bob', ['list-accts', 'manage-api-tokens', 'passwd']);
  });
});
afterEach(() => here.remove());

const change = (work: (db: Db) => Promise<unknown>) =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

/** Stores a token whose name is also its text. */
async function store(user: string, name: string, about: Partial<apiTokens.ApiToken> = {}): Promise<void> {
  const token = {
    ...({ name, grant: 'everything', createdAt: here.time, expiresAt: null, whitelist: null } as const),
    ...about,
  };
  const hash = await here.engine.sha256(name);
  await change(async (db) => apiTokens.add(db, user, token, hash));
}

async function authenticate(user: string, text: string, address = '198.51.100.1') {
  const tokenHash = await here.engine.sha256(text);
  return here.engine.store.transaction('reads', async (db) => ({
    value: await apiTokens.authenticate(db, { user, tokenHash, address, now: here.time }),
    keep: false,
  }));
}

describe('a token with all privileges', () => {
  it('is root if it belongs to root', async () => {
    await store('root', 'a');
    expect(await authenticate('root', 'a')).toEqual({
      caller: { user: 'root', privileges: 'all' },
      name: 'a',
      expiresAt: null,
    });
  });

  it('has the current privileges of its reseller', async () => {
    await store('bob', 'a');
    await change((db) => resellers.setPrivileges(db, 'bob', ['kill-acct']));
    expect(await authenticate('bob', 'a')).toEqual({
      caller: { user: 'bob', privileges: new Set(['kill-acct']) },
      name: 'a',
      expiresAt: null,
    });
  });
});

describe('a token with a list', () => {
  it('is not root if it belongs to root, but sees what root sees', async () => {
    await store('root', 'a', { grant: ['list-accts', 'passwd'] });
    expect(await authenticate('root', 'a')).toEqual({
      caller: {
        user: 'root',
        privileges: new Set(['list-accts', 'passwd']),
        seesAll: true,
        isLimited: true,
      },
      name: 'a',
      expiresAt: null,
    });
  });

  it('is root if the list is “all”', async () => {
    await store('root', 'a', { grant: ['all', 'passwd'] });
    expect(await authenticate('root', 'a')).toMatchObject({ caller: { user: 'root', privileges: 'all' } });
  });

  it('has the listed privileges that its reseller still has', async () => {
    await store('bob', 'a', { grant: ['list-accts', 'passwd'] });
    await change((db) => resellers.setPrivileges(db, 'bob', ['list-accts', 'kill-acct']));
    expect(await authenticate('bob', 'a')).toEqual({
      caller: { user: 'bob', privileges: new Set(['list-accts']), isLimited: true },
      name: 'a',
      expiresAt: null,
    });
  });

  it('has root’s privileges only as long as its reseller has them', async () => {
    await change((db) => resellers.setPrivileges(db, 'bob', ['all']));
    await store('bob', 'a', { grant: ['all'] });
    await store('bob', 'b', { grant: ['passwd'] });
    expect(await authenticate('bob', 'a')).toMatchObject({ caller: { privileges: 'all' } });
    expect(await authenticate('bob', 'b')).toEqual({
      caller: { user: 'bob', privileges: new Set(['passwd']), seesAll: true, isLimited: true },
      name: 'b',
      expiresAt: null,
    });
    await change((db) => resellers.setPrivileges(db, 'bob', ['passwd']));
    expect(await authenticate('bob', 'a')).toEqual({
      caller: { user: 'bob', privileges: new Set(), isLimited: true },
      name: 'a',
      expiresAt: null,
    });
    expect(await authenticate('bob', 'b')).toEqual({
      caller: { user: 'bob', privileges: new Set(['passwd']), isLimited: true },
      name: 'b',
      expiresAt: null,
    });
  });
});

describe('a token is rejected', () => {
  const unknown = { problem: 'The user has no such API token.' };

  it('if it is unknown, or another user’s', async () => {
    await store('bob', 'a');
    expect(await authenticate('bob', 'b')).toEqual(unknown);
    expect(await authenticate('root', 'a')).toEqual(unknown);
    expect(await authenticate('nobody', 'a')).toEqual(unknown);
    expect(await authenticate('', '')).toEqual(unknown);
  });

  it('from the moment at which it expires', async () => {
    await store('root', 'a', { expiresAt: here.time + 1000 });
    here.time += 999;
    expect(await authenticate('root', 'a')).toMatchObject({ name: 'a' });
    here.time += 1;
    expect(await authenticate('root', 'a')).toEqual({ problem: 'The API token “a” has expired.' });
  });

  it('from addresses that are not in its list', async () => {
    const whitelist = ['192.0.2.8/29', '2001:0db8:0000:0000:0000:0000:0000:0001'];
    await store('root', 'a', { whitelist });
    for (const address of ['192.0.2.8', '192.0.2.15', '::ffff:192.0.2.9', '2001:db8::1']) {
      expect(await authenticate('root', 'a', address)).toMatchObject({ name: 'a' });
    }
    for (const address of ['192.0.2.16', '2001:db8::2', '::1', '', 'x']) {
      expect(await authenticate('root', 'a', address)).toEqual({
        problem: 'The API token “a” does not work from this address.',
      });
    }
  });

  it('of a suspended reseller', async () => {
    await store('bob', 'a');
    await change((db) => accounts.update(db, anAccount({ suspendedAt: here.time })));
    expect(await authenticate('bob', 'a')).toEqual({ problem: 'The reseller “bob” is suspended.' });
  });

  it('of a user who is no longer a reseller', async () => {
    await store('bob', 'a');
    await change((db) => dismiss(db, 'bob'));
    expect(await authenticate('bob', 'a')).toEqual({
      problem: 'The user has no such API token.',
    });
  });

  it('of a user who was removed, also when the name is reused', async () => {
    await store('bob', 'a', { grant: ['passwd'] });
    await change((db) => forget(db, 'bob'));
    expect(await authenticate('bob', 'a')).toEqual(unknown);
    await addAccounts(here, anAccount());
    await change((db) => resellers.setUp(db, 'bob', false));
    expect(await authenticate('bob', 'a')).toEqual(unknown);
  });
});

it('works under a new name of its user, and no longer under the old one', async () => {
  await store('bob', 'a', { grant: ['passwd'] });
  await change((db) =>
    rename(db, { from: 'bob', to: 'robert' }, { sealer: here.engine.sealer, results: [], now: 0 }),
  );
  expect(await authenticate('robert', 'a')).toEqual({
    caller: { user: 'robert', privileges: new Set(['passwd']), isLimited: true },
    name: 'a',
    expiresAt: null,
  });
  expect(await authenticate('bob', 'a')).toEqual({ problem: 'The user has no such API token.' });
});

onSqlite('is looked up only with indexes', async () => {
  const plans: string[] = [];
  await here.engine.store.transaction('reads', async (db) => {
    const explaining: Db = {
      ...db,
      get: async (sql, ...values) => {
        const rows = await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
        plans.push(...rows.map(({ detail }) => detail));
        return db.get(sql, ...values);
      },
      all: (sql, ...values) => db.all(sql, ...values),
      run: (sql, ...values) => db.run(sql, ...values),
    };
    const shown = { user: 'bob', tokenHash: new Uint8Array(32), address: '::1', now: 0 };
    await apiTokens.authenticate(explaining, shown);
    return { value: undefined, keep: false };
  });
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((plan) => plan.startsWith('SCAN'))).toEqual([]);
});
