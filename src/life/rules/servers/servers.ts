// The servers of a shared store, and how to forget a decommissioned one.
import type { Db } from '../../../core/context.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../../capabilities/accounts/rules/accounts.ts';
import { updateAll } from '../../../capabilities/dns/rules/secondaries.ts';

/**
 * The contents of the store for a server. Firewall blocks exist only on the server itself, but unfinished operations
 * hold their lock in the store.
 */
export interface ServerContents {
  readonly accounts: readonly string[];
  readonly unfinished: readonly Unfinished[];
}

export interface Unfinished {
  readonly kind: string;
  readonly xid: string;
  readonly caller: string;
  /** The locks that it holds, such as `account bob`, `domain bob.example`, `firewall`. */
  readonly locks: readonly string[];
}

/**
 * keep: another machine replaces the server under its name and gets its accounts and its unfinished operations. The
 * first call there undoes or completes them. remove: the accounts are gone with their machine.
 */
export type AccountsAction = 'keep' | 'remove';

/** A server that was active within this time is not considered gone. */
const SILENCE_MINUTES = 10;

/** @throws ApiError `not_found`, `bad_param` if a server wants to forget itself. */
export async function findContents(db: Db, name: string): Promise<ServerContents> {
  if (name === db.server) {
    throw badParam(`You cannot forget ${quote(name)} from itself. Run the command on another server.`);
  }
  const named = await db.get('SELECT 1 FROM server WHERE name = ?', name);
  const owned = await db.all<{ username: string }>(
    'SELECT username FROM account WHERE server = ? ORDER BY username',
    name,
  );
  const operations = await db.all<{ id: number; kind: string; xid: string; caller: string }>(
    'SELECT id, kind, xid, caller FROM operation WHERE server = ? ORDER BY id',
    name,
  );
  if (named === undefined && owned.length + operations.length === 0) {
    const known = await db.all<{ name: string }>('SELECT name FROM server ORDER BY name');
    const others = known.map((one) => quote(one.name)).join(', ');
    throw notFound(`There is no server ${quote(name)} in the store. Its servers are ${others}.`);
  }
  const unfinished: Unfinished[] = [];
  for (const { id, ...operation } of operations) {
    const locks = await db.all<{ name: string }>(
      'SELECT name FROM operation_lock WHERE operation = ? ORDER BY name',
      id,
    );
    unfinished.push({ ...operation, locks: locks.map((lock) => lock.name) });
  }
  return { accounts: owned.map(({ username }) => username), unfinished };
}

/** @throws ApiError `bad_param` if the server is active, or if it has accounts and `accountsAction` is undefined. */
export async function forget(
  db: Db,
  name: string,
  { accounts: owned }: ServerContents,
  {
    accountsAction,
    forgetUser,
    now,
  }: {
    readonly accountsAction: AccountsAction | undefined;
    /** Deletes everything that is stored about a user. */
    readonly forgetUser: (db: Db, username: string) => Promise<void>;
    readonly now: number;
  },
): Promise<void> {
  await assertSilent(db, name, now);
  if (accountsAction === undefined && owned.length > 0) {
    throw badParam(
      `${quote(name)} has accounts. Use “--accounts remove” if they are gone with their server, or ` +
        '“--accounts keep” if a new server replaces it under the same name.',
    );
  }
  await db.run('DELETE FROM server WHERE name = ?', name);
  if (accountsAction === 'keep') return;
  for (const username of owned) {
    await assertNoneElsewhere(db, name, username);
    await forgetUser(db, username);
  }
  for (const table of ['operation_lock', 'operation_step']) {
    await db.run(`DELETE FROM ${table} WHERE operation IN (SELECT id FROM operation WHERE server = ?)`, name);
  }
  await db.run('DELETE FROM operation WHERE server = ?', name);
  for (const table of [
    'removed_user_id',
    'nat_address',
    'ipv6_range',
    'ipv6_reclaimed',
    'dns_zone',
    'nameserver',
    'dns_server',
    'dns_secondary',
    'script_hook',
    'mysql_profile',
    'active_mysql_profile',
    'mysql_activation_step',
    'machine_copy',
  ]) {
    await db.run(`DELETE FROM ${table} WHERE server = ?`, name);
  }
  await updateAll(db, now);
  await db.run('DELETE FROM task_timer WHERE server = ?', name);
  await db.run('DELETE FROM task WHERE server = ?', name);
}

/** Every call on a server writes a row in the audit table. */
async function assertSilent(db: Db, name: string, now: number): Promise<void> {
  const heard = await db.get<{ time: number }>(
    'SELECT time FROM audit_record WHERE server = ? AND time > ? ORDER BY time DESC LIMIT 1',
    name,
    now - SILENCE_MINUTES * 60_000,
  );
  if (heard === undefined) return;
  throw badParam(
    `${quote(name)} was active at ${new Date(heard.time).toISOString()}. Stop it there (systemctl stop whmapi1d), and ` +
      `retry when it was inactive for ${SILENCE_MINUTES} minutes.`,
  );
}

/** Root would become the owner of these accounts, as when a reseller is removed. */
async function assertNoneElsewhere(db: Db, name: string, username: string): Promise<void> {
  const elsewhere = await db.all<accounts.Elsewhere>(
    `SELECT server, COUNT(*) AS count FROM account WHERE owner = ? AND username <> ? AND server <> ?
     GROUP BY server ORDER BY server`,
    username,
    username,
    name,
  );
  if (elsewhere.length === 0) return;
  throw badParam(
    `The reseller ${quote(username)} on ${quote(name)} has ${accounts.formatAccountsElsewhere(elsewhere)}, which would become ` +
      'root’s. Change their owner there first (modifyacct).',
  );
}
