// API tokens of accounts. A program uses one to call UAPI as its account; it is never valid in WHM.
import type { Caller, Db } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import type { Shown } from './api-tokens.ts';
import { accountCallerOf } from './callers.ts';

/** A token, without its secret text, which only its user knows. */
export interface AccountToken {
  readonly name: string;
  /** True: it only calls functions that change nothing. */
  readonly isReadOnly: boolean;
  /** In milliseconds since 1970-01-01. */
  readonly createdAt: number;
  /** Null: never. An expired token stays in lists. */
  readonly expiresAt: number | null;
}

/** The maximum number of tokens of an account. */
const MAX_TOKENS = 500;

/** Lists the tokens of an account, by name. */
export async function list(db: Db, user: string): Promise<AccountToken[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM account_token WHERE username = ? ORDER BY name`,
    user,
  );
  return rows.map(tokenOf);
}

/** @throws ApiError `bad_param` if the account already has a token with this name, or too many tokens. */
export async function add(db: Db, user: string, token: AccountToken, hash: Uint8Array): Promise<void> {
  const { name, isReadOnly, createdAt, expiresAt } = token;
  await assertNameFree(db, user, name);
  const sql = 'SELECT count(*) AS count FROM account_token WHERE username = ?';
  if (((await db.get<{ count: number }>(sql, user))?.count ?? 0) >= MAX_TOKENS) {
    throw badParam(`You already have ${MAX_TOKENS} API tokens. Revoke those that you no longer need.`);
  }
  await db.run(
    `INSERT INTO account_token (username, name, token_hash, is_read_only, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    user,
    name,
    hash,
    Number(isReadOnly),
    createdAt,
    expiresAt,
  );
}

/** @throws ApiError `not_found`; `bad_param` if the new name is taken. */
export async function rename(db: Db, user: string, from: string, to: string): Promise<void> {
  if (from !== to) await assertNameFree(db, user, to);
  const sql = 'UPDATE account_token SET name = ? WHERE username = ? AND name = ?';
  if ((await db.run(sql, to, user, from)) === 0) {
    throw notFound(`You have no API token “${from}”. Run Tokens::list to list your tokens.`);
  }
}

/** Returns false if the account has no such token. */
export async function remove(db: Db, user: string, name: string): Promise<boolean> {
  return (await db.run('DELETE FROM account_token WHERE username = ? AND name = ?', user, name)) > 0;
}

/** @throws ApiError `bad_param`. */
async function assertNameFree(db: Db, user: string, name: string): Promise<void> {
  const sql = 'SELECT 1 FROM account_token WHERE username = ? AND name = ?';
  if ((await db.get(sql, user, name)) === undefined) return;
  throw badParam(`You already have an API token “${name}”. Choose another name, or revoke that token.`);
}

/** The caller of a token, with the token’s name and expiry. */
interface Authenticated {
  readonly caller: Caller;
  readonly name: string;
  readonly expiresAt: number | null;
}

/**
 * Returns the caller of a token, or what is wrong with the token, for the log. The client only learns that the token is
 * invalid.
 */
export async function authenticate(
  db: Db,
  { user, tokenHash, now }: Omit<Shown, 'address'>,
): Promise<Authenticated | { readonly problem: string }> {
  const sql = `SELECT ${COLUMNS} FROM account_token WHERE token_hash = ? AND username = ?`;
  const row = await db.get<Row>(sql, tokenHash, user);
  if (row === undefined) return { problem: 'The account has no such API token.' };
  const { name, isReadOnly, expiresAt } = tokenOf(row);
  if (expiresAt !== null && expiresAt <= now) return { problem: `The API token “${name}” has expired.` };
  try {
    const caller: Caller = { ...(await accountCallerOf(db, user)), isToken: true };
    return { caller: isReadOnly ? { ...caller, isReadOnly } : caller, name, expiresAt };
  } catch (error) {
    if (error instanceof ApiError) return { problem: error.message };
    throw error;
  }
}

const COLUMNS = 'name, is_read_only AS "isReadOnly", created_at AS "createdAt", expires_at AS "expiresAt"';

interface Row extends Omit<AccountToken, 'isReadOnly'> {
  readonly isReadOnly: 0 | 1;
}

function tokenOf(row: Row): AccountToken {
  return { ...row, isReadOnly: row.isReadOnly === 1 };
}
