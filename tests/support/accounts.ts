// Accounts for tests, only in the store. They do not exist on the machine; a test that needs them there must call
// createacct.
import type { Caller } from '../../src/core/context.ts';
import * as accounts from '../../src/capabilities/accounts/rules/accounts.ts';
import type { Account } from '../../src/capabilities/accounts/rules/accounts.ts';
import { callerOf } from '../../src/capabilities/logins/rules/callers.ts';
import { completeSettings } from '../../src/capabilities/accounts/rules/packages/package-form.ts';
import type { Settings } from '../../src/capabilities/accounts/rules/packages/settings.ts';
import { Database } from '../../src/store/database.ts';
import { SQLITE, sqliteCode } from '../../src/store/sqlite-code.ts';
import type { Installation } from './installation.ts';

/** How long a look at the store waits for its lock. */
const MOMENT_MS = 200;

type Overrides = Partial<Omit<Account, 'settings'>> & { readonly settings?: Partial<Settings> };

/** The account “bob” of root with the package “default”, except for the given values. */
export function anAccount({ settings, ...overrides }: Overrides = {}): Account {
  const username = overrides.username ?? 'bob';
  return {
    username,
    domain: `${username}.example`,
    owner: 'root',
    package: 'default',
    contactEmail: '',
    ip: '192.0.2.1',
    uid: 1001,
    home: `/home/${username}`,
    shellPath: '/usr/sbin/nologin',
    mailboxFormat: 'maildir',
    backup: false,
    createdAt: Date.parse('2026-02-01T00:00:00Z'),
    suspendedAt: null,
    suspendReason: '',
    suspendLocked: false,
    blocksUsed: null,
    inodesUsed: null,
    ...overrides,
    settings: completeSettings(settings ?? {}),
  };
}

export async function addAccounts(here: Installation, ...added: readonly Account[]): Promise<void> {
  await here.engine.store.transaction('changes', async (db) => {
    for (const account of added) await accounts.insert(db, account);
    return { value: undefined, keep: true };
  });
}

/** The account as the store has it. */
export async function storedAccount(here: Installation, username: string): Promise<Account | undefined> {
  const found = await here.engine.store.transaction('reads', async (db) => ({
    value: await accounts.find(db, username),
    keep: false,
  }));
  if (found === undefined) return undefined;
  const account: Account & { server?: string } = { ...found };
  delete account.server;
  return account;
}

/** A user as a caller: root, or a reseller with its current privileges. */
export async function callerNamed(here: Installation, user: string): Promise<Caller> {
  return here.engine.store.transaction('reads', async (db) => ({
    value: await callerOf(db, user),
    keep: false,
  }));
}

/** Stores further accounts like the only one, a00000: a00001 and so on, until there are `count`. @param path of the store */
export function multiplyAccount(path: string, count: number): void {
  const database = new Database(path);
  const columns = database.prepare("SELECT name FROM pragma_table_info('account')").values() as string[];
  const values = columns.map(
    (name) =>
      ({ username: `printf('a%05d', n)`, domain: `printf('%d.example', n)`, uid: 'uid + n' })[name] ?? name,
  );
  database.exec(
    `INSERT INTO account (${columns.join(', ')})
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count - 1})
     SELECT ${values.join(', ')} FROM numbers, account WHERE username = 'a00000'`,
  );
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/**
 * True if a reading keeps the log of changes from being emptied. Another connection that empties the log, or that closes,
 * also keeps others out, but only for a moment.
 * @param path of the store
 */
export function isStoreRead(path: string): boolean {
  const database = new Database(path, { busyTimeoutMs: MOMENT_MS });
  try {
    // The first value is 1 if a reading or another writer was in the way.
    return database.pragma('wal_checkpoint(TRUNCATE)') === 1;
  } catch (error) {
    if (sqliteCode(error) === SQLITE.BUSY) return true;
    throw error;
  } finally {
    database.close();
  }
}
