// Resellers: accounts that can own others, and their privileges.
import type { Caller, Context, Db } from '../../../../core/context.ts';
import { badParam, denied, notFound, type ApiError } from '../../../../core/errors.ts';
import * as accounts from '../accounts.ts';
import type { Account } from '../accounts.ts';
import * as accountRows from '../rows.ts';
import { initialPrivileges, isPrivilege, type PrivilegeName } from './privileges.ts';
import { readKeys } from '../../../../ground/rules/stored-list.ts';

const ROOT = 'root';

/** Lists the names of all resellers, sorted. */
export async function list(db: Db): Promise<string[]> {
  const rows = await db.all<{ username: string }>('SELECT username FROM reseller ORDER BY username');
  return rows.map(({ username }) => username);
}

// The table is the index of its names.
const RESELLERS = { from: 'reseller', fromIndex: 'reseller NOT INDEXED', key: 'username', order: 'username' };

/** Reads the same names for a response (`ground/rules/stored-list.ts`). */
export function readNames(context: Context): Promise<string[]> {
  return readKeys(context, RESELLERS, { where: 'TRUE', values: [] });
}

/** Returns those of the users who are resellers. */
export async function among(db: Db, usernames: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ username: string }>(
    `SELECT username FROM reseller WHERE username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`,
    JSON.stringify(usernames),
  );
  return new Set(rows.map(({ username }) => username));
}

export async function isReseller(db: Db, user: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM reseller WHERE username = ?', user)) !== undefined;
}

/** @throws ApiError `not_found` for an unknown user, or for a user who is not a reseller. */
export async function assertReseller(db: Db, user: string): Promise<void> {
  if (await isReseller(db, user)) return;
  throw await notAReseller(db, user);
}

/** The wordings that scripts match. */
async function notAReseller(db: Db, user: string): Promise<ApiError> {
  if (user === ROOT) return notFound('Not a reseller: “root” has every privilege and no limits.');
  if ((await accounts.find(db, user)) === undefined) return notFound(accounts.noSuchUser(user));
  return notFound(`Not a reseller: “${user}” is an ordinary account. Make it a reseller with setupreseller.`);
}

/**
 * Returns the owner of accounts to whom a call refers: the caller unless the call names another, which only root may
 * do. Root owns accounts in the same way as resellers.
 * @throws ApiError `denied`, `not_found`.
 */
export async function resolveAsked(db: Db, caller: Caller, named: string | undefined): Promise<string> {
  const user = named ?? caller.user;
  if (caller.privileges !== 'all' && user !== caller.user) {
    throw denied(`You cannot query “${user}”: a reseller can query only itself.`);
  }
  if (user !== ROOT) await assertReseller(db, user);
  return user;
}

/** Converts an account to a reseller with the initial privileges. @throws ApiError `not_found`, `bad_param`. */
export async function setUp(db: Db, user: string, ownsItself: boolean): Promise<void> {
  if (user === ROOT) throw badParam('“root” cannot be made a reseller: it already has every privilege.');
  const account = await accounts.find(db, user);
  if (account === undefined) throw notFound(accounts.noSuchUser(user));
  if (await isReseller(db, user)) throw badParam(`“${user}” is already a reseller.`);
  await db.run('INSERT INTO reseller (username) VALUES (?)', user);
  await setPrivileges(db, user, initialPrivileges);
  if (ownsItself) await accounts.update(db, { ...account, owner: user });
}

/** Makes a reseller the owner of its own account. @throws ApiError `not_found` if the account is on another server. */
export async function makeOwnOwner(db: Db, user: string): Promise<void> {
  const account = await accounts.find(db, user);
  if (account === undefined) throw notFound(accounts.noSuchUser(user));
  accounts.assertHere(db, account);
  if (account.owner !== user) await accounts.update(db, { ...account, owner: user });
}

/** Lists the privileges of a reseller, sorted. */
export async function listPrivileges(db: Db, user: string): Promise<PrivilegeName[]> {
  const rows = await db.all<{ privilege: string }>(
    'SELECT privilege FROM reseller_privilege WHERE username = ? ORDER BY privilege',
    user,
  );
  return rows.map(({ privilege }) => privilege).filter(isPrivilege);
}

/** Grants a reseller these privileges and revokes all others. */
export async function setPrivileges(db: Db, user: string, names: Iterable<PrivilegeName>): Promise<void> {
  await db.run('DELETE FROM reseller_privilege WHERE username = ?', user);
  for (const name of new Set(names)) {
    await db.run('INSERT INTO reseller_privilege (username, privilege) VALUES (?, ?)', user, name);
  }
}

/** Returns the warning for granting `all`. */
export function warningOfAll(user: string): string {
  return `The privilege “all” gives “${user}” root privileges over every account, regardless of its other privileges.`;
}

/** Lists the accounts of this server that a user owns, by username. */
export async function listOwned(db: Db, owner: string): Promise<Account[]> {
  const rows = await db.all<accountRows.Row>(
    `SELECT ${accountRows.selected} FROM account WHERE owner = ? AND server = ? ORDER BY username`,
    owner,
    db.server,
  );
  return rows.map(accountRows.accountOf);
}

/** A sentence about the accounts of a reseller that is no longer one. */
export function nowOfRoot(owned: readonly Pick<Account, 'username'>[]): string {
  return owned.length === 1
    ? 'One account now belongs to root.'
    : `${owned.length} accounts now belong to root.`;
}

/** A reseller's accounts, as seen from this server. */
export interface ResellerAccounts {
  /** The reseller's own account. */
  readonly own: accounts.StoredAccount;
  readonly isOwnHere: boolean;
  /** The other accounts on this server that the reseller owns, by username. */
  readonly owned: readonly Account[];
}

/**
 * @throws ApiError `not_found` if the user is not a reseller, or if neither its own account nor any account that it
 * owns is on this server.
 */
export async function findAccounts(db: Db, user: string): Promise<ResellerAccounts> {
  await assertReseller(db, user);
  const own = await accounts.find(db, user);
  if (own === undefined) throw notFound(accounts.noSuchUser(user));
  const owned = (await listOwned(db, user)).filter(({ username }) => username !== user);
  if (owned.length === 0) accounts.assertHere(db, own);
  return { own, isOwnHere: own.server === db.server, owned };
}

/**
 * Returns the accounts of this server to which a call for a reseller applies: its own account first and, unless
 * `ownAlone`, the accounts that it owns. `leftElsewhere` is a sentence about accounts on other servers, which need
 * another call there.
 * @throws ApiError as `findAccounts`, and `not_found` if `ownAlone` and its own account is on another server.
 */
export async function listWithOwned(
  db: Db,
  user: string,
  ownAlone: boolean,
): Promise<{ readonly here: readonly Account[]; readonly leftElsewhere: string | undefined }> {
  const { own, isOwnHere, owned } = await findAccounts(db, user);
  if (ownAlone) {
    accounts.assertHere(db, own);
    return { here: [own], leftElsewhere: undefined };
  }
  const elsewhere = await accounts.countElsewhere(db, 'owner', user);
  const left = [
    ...(isOwnHere ? [] : [`the reseller’s own account is on “${own.server}”`]),
    ...(elsewhere.length === 0 ? [] : [`it owns ${accounts.formatAccountsElsewhere(elsewhere)}`]),
  ];
  return {
    here: isOwnHere ? [own, ...owned] : owned,
    leftElsewhere:
      left.length === 0
        ? undefined
        : `Only this server’s accounts were changed: ${left.join(', and ')}. Run the same call there.`,
  };
}
