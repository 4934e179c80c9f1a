// Accounts: each is a system user with a domain and an owner.
import { seesAll } from '../../../core/access.ts';
import type { Caller, Db, SqlValue } from '../../../core/context.ts';
import { ApiError, denied, notFound } from '../../../core/errors.ts';
import type { Settings } from './packages/settings.ts';
import { accountOf, columns, selected, valuesOf } from './rows.ts';
import type { Row } from './rows.ts';

export interface Account {
  readonly username: string;
  readonly domain: string;
  /** `root`, or the reseller who owns the account. */
  readonly owner: string;
  /** The name of its package. */
  readonly package: string;
  readonly contactEmail: string;
  readonly ip: string;
  readonly uid: number;
  readonly home: string;
  readonly shellPath: string;
  readonly mailboxFormat: 'maildir' | 'mbox' | 'mdbox';
  readonly backup: boolean;
  /** In milliseconds since 1970-01-01. */
  readonly createdAt: number;
  /** Null if it is not suspended. */
  readonly suspendedAt: number | null;
  readonly suspendReason: string;
  /** True if only root can unsuspend it. */
  readonly suspendLocked: boolean;
  /** The last measured disk usage in blocks of 1024 bytes. Null if it was never measured. */
  readonly blocksUsed: number | null;
  readonly inodesUsed: number | null;
  readonly settings: Settings;
}

/** An account as stored, with the server that has its system user (`Db.server`). */
export interface StoredAccount extends Account {
  readonly server: string;
}

/** Finds an account on any server, without checking whether the caller may see it. */
export function find(db: Db, username: string): Promise<StoredAccount | undefined> {
  return findBy(db, 'username', username);
}

/** Finds the account with this main domain, on any server, without checking whether the caller may see it. */
export function findByDomain(db: Db, domain: string): Promise<StoredAccount | undefined> {
  return findBy(db, 'domain', domain);
}

/** Finds the account of this server with this user ID. */
export async function findByUserId(db: Db, uid: number): Promise<Account | undefined> {
  const row = await db.get<Row>(
    `SELECT ${selected} FROM account WHERE uid = ? AND server = ?`,
    uid,
    db.server,
  );
  return row === undefined ? undefined : accountOf(row);
}

/** The user IDs of accounts of this server, at most `most`. */
export async function listUserIds(db: Db, most: number): Promise<number[]> {
  const sql = 'SELECT uid FROM account WHERE server = ? ORDER BY uid LIMIT ?';
  return (await db.all<{ uid: number }>(sql, db.server, most)).map(({ uid }) => uid);
}

async function findBy(
  db: Db,
  column: 'username' | 'domain',
  value: string,
): Promise<StoredAccount | undefined> {
  const found = await db.get<Row & Pick<StoredAccount, 'server'>>(
    `SELECT server, ${selected} FROM account WHERE ${column} = ?`,
    value,
  );
  return found === undefined ? undefined : { ...accountOf(found), server: found.server };
}

/** An account with its limits. */
export type LimitedAccount = Pick<Account, 'username' | 'settings'>;

/** Root sees every account; a reseller sees those that it owns; an account sees itself. */
export function maySee(caller: Caller, { username, owner }: Pick<Account, 'username' | 'owner'>): boolean {
  if (caller.isAccount === true) return username === caller.user;
  return seesAll(caller) || owner === caller.user;
}

/**
 * Returns an account of this server.
 * @throws ApiError `not_found`, `denied`. A reseller always gets `denied`, which does not reveal whether somebody else
 * has an account of that name.
 */
export async function get(db: Db, caller: Caller, username: string): Promise<Account> {
  return visible(db, caller, username, await find(db, username));
}

/**
 * Asserts that `get` would return the account, without reading all of it.
 * @throws ApiError like `get`.
 */
export async function assertVisible(db: Db, caller: Caller, username: string): Promise<void> {
  const found = await db.get<Identity>(
    'SELECT username, owner, server FROM account WHERE username = ?',
    username,
  );
  visible(db, caller, username, found);
}

type Identity = Pick<StoredAccount, 'username' | 'owner' | 'server'>;

function visible<A extends Identity>(db: Db, caller: Caller, username: string, found: A | undefined): A {
  if (found === undefined || !maySee(caller, found)) throw noAccess(caller, username);
  assertHere(db, found);
  return found;
}

/**
 * Returns the account that calls UAPI.
 * @throws ApiError `not_found` if it was removed meanwhile.
 */
export function getOwn(db: Db, caller: Caller): Promise<Account> {
  return get(db, caller, caller.user);
}

/** Like `get`, for the account with this main domain. */
export async function getByDomain(db: Db, caller: Caller, domain: string): Promise<Account> {
  const found = await findByDomain(db, domain);
  if (found === undefined || !maySee(caller, found)) {
    throw notFound(`You do not have an account with the domain “${domain}”.`);
  }
  assertHere(db, found);
  return found;
}

/** @throws ApiError `not_found` if the account is on another server. The message names that server. */
export function assertHere(db: Db, { username, server }: Identity): void {
  if (server === db.server) return;
  throw notFound(
    `You do not have a user named “${username}” on this server (“${db.server}”): it is on “${server}”; call there.`,
  );
}

/** The wording that scripts match. */
export function noAccess(caller: Caller, username: string): ApiError {
  return seesAll(caller)
    ? notFound(`You do not have a user named “${username}”.`)
    : denied(`You do not have access to an account named “${username}”.`);
}

/**
 * Lists the accounts of this server that the caller may see, by username.
 * @param among a condition in SQL. Default: all of them.
 */
export async function list(db: Db, caller: Caller, among = 'TRUE'): Promise<Account[]> {
  const { where, values } = visibleTo(db, caller);
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM account WHERE ${where} AND ${among} ORDER BY username`,
    ...values,
  );
  return rows.map(accountOf);
}

/** Lists all accounts of this server, by username. */
export async function listAll(db: Db): Promise<Account[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM account WHERE server = ? ORDER BY username`,
    db.server,
  );
  return rows.map(accountOf);
}

/** Counts the accounts of this server that the caller may see, and how many of them are suspended. */
export async function countVisible(db: Db, caller: Caller): Promise<{ total: number; suspended: number }> {
  const { where, values } = visibleTo(db, caller);
  const row = await db.get<{ total: number; suspended: number }>(
    `SELECT count(*) AS total, count(suspended_at) AS suspended FROM account WHERE ${where}`,
    ...values,
  );
  return row ?? { total: 0, suspended: 0 };
}

/** The condition of a WHERE for the accounts of this server that the caller may see. */
export function visibleTo(db: Db, caller: Caller): { where: string; values: SqlValue[] } {
  const here =
    db.server === '' ? { where: 'TRUE', values: [] } : { where: 'server = ?', values: [db.server] };
  if (seesAll(caller)) return here;
  if (caller.isAccount === true) {
    return { where: `${here.where} AND username = ?`, values: [...here.values, caller.user] };
  }
  return { where: `${here.where} AND owner = ?`, values: [...here.values, caller.user] };
}

/** Finds one of the accounts with a package, an owner or a feature list, to name it in a message. */
export async function findUserOf(
  db: Db,
  column: 'package' | 'owner' | 'feature_list',
  value: string,
): Promise<string | undefined> {
  const row = await db.get<{ username: string }>(
    `SELECT username FROM account WHERE ${column} = ? ORDER BY username LIMIT 1`,
    value,
  );
  return row?.username;
}

/** Lists the accounts of a package on this server. */
export async function listOfPackage(db: Db, name: string): Promise<Account[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM account WHERE package = ? AND server = ? ORDER BY username`,
    name,
    db.server,
  );
  return rows.map(accountOf);
}

/** The number of accounts on another server of the shared store. */
export interface Elsewhere {
  readonly server: string;
  readonly count: number;
}

/**
 * Counts a package's or an owner's accounts on other servers, by server name. The owner's own account is not counted.
 */
export async function countElsewhere(
  db: Db,
  column: 'package' | 'owner',
  value: string,
): Promise<Elsewhere[]> {
  if (db.server === '') return [];
  return db.all<Elsewhere>(
    `SELECT server, COUNT(*) AS count FROM account WHERE ${column} = ? AND username <> ? AND server <> ?
     GROUP BY server ORDER BY server`,
    value,
    column === 'owner' ? value : '',
    db.server,
  );
}

/** Formats counts: `1 account on “web2” and 3 accounts on “web3”`. */
export function formatAccountsElsewhere(counts: readonly Elsewhere[]): string {
  const parts = counts.map(
    ({ server, count }) => `${count === 1 ? '1 account' : `${count} accounts`} on “${server}”`,
  );
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

/** Stores a new account of this server. */
export async function insert(db: Db, account: Account): Promise<void> {
  await db.run(
    `INSERT INTO account (server, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})`,
    db.server,
    ...valuesOf(account),
  );
}

const usage: ReadonlySet<string> = new Set(['blocks_used', 'inodes_used']);

/** Stores all fields of an account except its disk usage. `setUsage` stores that, possibly at the same time. */
export async function update(db: Db, account: Account): Promise<void> {
  const values = valuesOf(account);
  const kept = columns.map((_name, at) => at).filter((at) => !usage.has(columns[at] ?? ''));
  await db.run(
    `UPDATE account SET ${kept.map((at) => `${columns[at]} = ?`).join(', ')} WHERE username = ?`,
    ...kept.map((at) => values[at] ?? null),
    account.username,
  );
}

/** What was measured. What is undefined stays as it was. */
export interface MeasuredUsage {
  readonly files?: { readonly blocks: number; readonly inodes: number } | undefined;
  /** In blocks of 1024 bytes. */
  readonly mysql?: number | undefined;
  readonly postgresql?: number | undefined;
  /** The time, if every part was measured. */
  readonly at?: number | undefined;
}

export function setUsage(db: Db, username: string, usage: MeasuredUsage): Promise<void> {
  return setUsages(db, [[username, usage]]);
}

/** The same for many accounts, with one statement. */
export async function setUsages(
  db: Db,
  usages: readonly (readonly [username: string, usage: MeasuredUsage])[],
): Promise<void> {
  const { eachOf, itemOf } = db.dialect;
  const number = (index: number) => `CAST(${itemOf('value', index)} AS BIGINT)`;
  const rows = usages.map(([username, { files, mysql, postgresql, at }]) => {
    const numbers = [files?.blocks, files?.inodes, mysql, postgresql, at];
    return JSON.stringify([username, ...numbers.map((one) => one ?? null)]);
  });
  await db.run(
    `UPDATE account SET blocks_used = coalesce(blocks, blocks_used), inodes_used = coalesce(inodes, inodes_used),
       mysql_blocks_used = coalesce(mysql, mysql_blocks_used),
       postgresql_blocks_used = coalesce(postgresql, postgresql_blocks_used), measured_at = coalesce(at, measured_at)
     FROM (SELECT ${itemOf('value', 0)} AS name, ${number(1)} AS blocks, ${number(2)} AS inodes, ${number(3)} AS mysql,
       ${number(4)} AS postgresql, ${number(5)} AS at FROM ${eachOf('?', 'given')}) AS measured
     WHERE username = name`,
    JSON.stringify(rows),
  );
}

/** When the disk usage was measured last, in milliseconds since 1970-01-01. Undefined if that is not known. */
export async function measuredAt(db: Db, username: string): Promise<number | undefined> {
  const row = await db.get<{ measuredAt: number | null }>(
    'SELECT measured_at AS "measuredAt" FROM account WHERE username = ?',
    username,
  );
  return row?.measuredAt ?? undefined;
}

/** The same for many accounts. Those that were never measured are missing. */
export async function timesMeasured(db: Db, usernames: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.all<{ username: string; measuredAt: number }>(
    `SELECT username, measured_at AS "measuredAt" FROM account
     WHERE username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')}) AND measured_at IS NOT NULL`,
    JSON.stringify(usernames),
  );
  return new Map(rows.map((row) => [row.username, row.measuredAt]));
}

/** The wording that scripts match. */
export function noSuchUser(user: string): string {
  return `You do not have a user named “${user}”.`;
}
