// Accounts: a user of the machine with a domain, and an owner to whom it belongs.
import { seesAll } from '../../core/access.ts';
import type { Caller, Db, SqlValue } from '../../core/context.ts';
import { ApiError, denied, notFound } from '../../core/errors.ts';
import type { Settings } from '../packages/settings.ts';
import { accountOf, columns, selected, valuesOf } from './rows.ts';
import type { Row } from './rows.ts';

export interface Account {
  readonly username: string;
  readonly domain: string;
  /** `root`, or the reseller to whom it belongs. */
  readonly owner: string;
  /** The package that it was given. */
  readonly package: string;
  readonly contactEmail: string;
  readonly ip: string;
  readonly uid: number;
  readonly home: string;
  readonly shellPath: string;
  readonly mailboxFormat: 'maildir' | 'mbox' | 'mdbox';
  readonly backup: boolean;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
  /** Null where it is not suspended. */
  readonly suspendedAt: number | null;
  readonly suspendReason: string;
  /** Only root may take the suspension back. */
  readonly suspendLocked: boolean;
  /** What was measured last, in blocks of 1024 bytes; null where nothing was. */
  readonly blocksUsed: number | null;
  readonly inodesUsed: number | null;
  readonly settings: Settings;
}

/** An account as it is stored, with the server whose user it is (`Db.server`). */
export interface StoredAccount extends Account {
  readonly server: string;
}

/** The account, whoever may see it and wherever it is. */
export function find(db: Db, username: string): Promise<StoredAccount | undefined> {
  return findBy(db, 'username', username);
}

/** The account whose main domain it is, whoever may see it and wherever it is. */
export function findByDomain(db: Db, domain: string): Promise<StoredAccount | undefined> {
  return findBy(db, 'domain', domain);
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
  if (found === undefined) return undefined;
  const { server, ...row } = found;
  return { ...accountOf(row), server };
}

/** Root sees every account; a reseller its own. */
export function maySee(caller: Caller, { owner }: Pick<Account, 'owner'>): boolean {
  return seesAll(caller) || owner === caller.user;
}

/**
 * An account of this server.
 * @throws ApiError `not_found`, `denied`: a reseller is not told whether others have an account of that name.
 */
export async function get(db: Db, caller: Caller, username: string): Promise<Account> {
  const found = await find(db, username);
  if (found === undefined || !maySee(caller, found)) throw noAccess(caller, username);
  ensureHere(db, found);
  return found;
}

/** As `get`. */
export async function getByDomain(db: Db, caller: Caller, domain: string): Promise<Account> {
  const found = await findByDomain(db, domain);
  if (found === undefined || !maySee(caller, found)) {
    throw notFound(`You do not have an account with the domain “${domain}”.`);
  }
  ensureHere(db, found);
  return found;
}

/** @throws ApiError `not_found` where the account is another server's, naming it. */
export function ensureHere(db: Db, { username, server }: StoredAccount): void {
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

/** Every account of this server that the caller may see, by username. */
export async function list(db: Db, caller: Caller): Promise<Account[]> {
  const { where, values } = visibleTo(db, caller);
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM account WHERE ${where} ORDER BY username`,
    ...values,
  );
  return rows.map(accountOf);
}

/** How many accounts of this server the caller may see, and how many of them are suspended. */
export async function countVisible(db: Db, caller: Caller): Promise<{ total: number; suspended: number }> {
  const { where, values } = visibleTo(db, caller);
  const row = await db.get<{ total: number; suspended: number }>(
    `SELECT count(*) AS total, count(suspended_at) AS suspended FROM account WHERE ${where}`,
    ...values,
  );
  return row ?? { total: 0, suspended: 0 };
}

/** For a WHERE: the accounts of this server that the caller may see. */
export function visibleTo(db: Db, caller: Caller): { where: string; values: SqlValue[] } {
  const here =
    db.server === '' ? { where: 'TRUE', values: [] } : { where: 'server = ?', values: [db.server] };
  if (seesAll(caller)) return here;
  return { where: `${here.where} AND owner = ?`, values: [...here.values, caller.user] };
}

/** Accounts of a package, of an owner or with a feature list: one of them, to name it. */
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

/** The accounts of a package on this server. */
export async function listOfPackage(db: Db, name: string): Promise<Account[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM account WHERE package = ? AND server = ? ORDER BY username`,
    name,
    db.server,
  );
  return rows.map(accountOf);
}

/** How many accounts another server of the fleet has. */
export interface Elsewhere {
  readonly server: string;
  readonly count: number;
}

/** The accounts of a package, or of an owner (itself left out), that other servers have, by the servers' names. */
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

/** `1 account on “web2” and 3 accounts on “web3”`. */
export function tellElsewhere(counts: readonly Elsewhere[]): string {
  const told = counts.map(
    ({ server, count }) => `${count === 1 ? '1 account' : `${count} accounts`} on “${server}”`,
  );
  const last = told.pop() ?? '';
  return told.length === 0 ? last : `${told.join(', ')} and ${last}`;
}

/** Stores a new account, of this server. */
export async function insert(db: Db, account: Account): Promise<void> {
  await db.run(
    `INSERT INTO account (server, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})`,
    db.server,
    ...valuesOf(account),
  );
}

const usage: ReadonlySet<string> = new Set(['blocks_used', 'inodes_used']);

/** Stores an account as it is now, but for its disk use: `setUsage` does that, whoever else is at work on it. */
export async function update(db: Db, account: Account): Promise<void> {
  const values = valuesOf(account);
  const kept = columns.map((_name, at) => at).filter((at) => !usage.has(columns[at] ?? ''));
  await db.run(
    `UPDATE account SET ${kept.map((at) => `${columns[at]} = ?`).join(', ')} WHERE username = ?`,
    ...kept.map((at) => values[at] ?? null),
    account.username,
  );
}

export async function setUsage(
  db: Db,
  username: string,
  usage: { readonly blocks: number; readonly inodes: number },
): Promise<void> {
  await db.run(
    'UPDATE account SET blocks_used = ?, inodes_used = ? WHERE username = ?',
    usage.blocks,
    usage.inodes,
    username,
  );
}
