// API tokens: a program uses one to log in as its user, with all or some of the user's privileges.
import type { Dialect } from '../../../core/dialect.ts';
import type { Caller, Context, Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import { callerOf } from './callers.ts';
import { CAPITALS_AND_DIGITS, randomText } from '../../../ground/rules/random-text.ts';

/** An API token, without its secret text, which only its user knows. */
export interface ApiToken {
  readonly name: string;
  /** `everything` that its user has, now and later, or a list. A listed privilege counts only while the user has it. */
  readonly grant: 'everything' | readonly string[];
  /** In milliseconds since 1970-01-01. */
  readonly createdAt: number;
  /** Null: never. An expired token stays in lists. */
  readonly expiresAt: number | null;
  /** Addresses and ranges from which it can be used, in the form of `address-lists.ts`. Null: everywhere. */
  readonly whitelist: readonly string[] | null;
}

export const tokenName = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9_-]{1,50}$/,
    expects: 'the name of a token: at most 50 letters, digits, “_” and “-”',
  },
  doc: 'The token’s name.',
} as const satisfies Param;

const TOKEN_LENGTH = 32;

/** Generates the text of a new token: 32 upper-case letters and digits. */
export async function newText(randomBytes: Context['randomBytes']): Promise<string> {
  return randomText(randomBytes, CAPITALS_AND_DIGITS, TOKEN_LENGTH);
}

/** Lists the tokens of a user, by name. */
export async function list(db: Db, user: string): Promise<ApiToken[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected(db.dialect)} FROM api_token WHERE username = ? ORDER BY name`,
    user,
  );
  return rows.map(tokenOf);
}

/** @throws ApiError `not_found`. */
export async function get(db: Db, user: string, name: string): Promise<ApiToken> {
  const row = await db.get<Row>(
    `SELECT ${selected(db.dialect)} FROM api_token WHERE username = ? AND name = ?`,
    user,
    name,
  );
  if (row === undefined) throw noSuchTokens([name]);
  return tokenOf(row);
}

/** Finds the user's token with this text, even if it has expired. */
export async function findByHash(db: Db, user: string, hash: Uint8Array): Promise<ApiToken | undefined> {
  const row = await db.get<Row>(
    `SELECT ${selected(db.dialect)} FROM api_token WHERE token_hash = ? AND username = ?`,
    hash,
    user,
  );
  return row && tokenOf(row);
}

/** @throws ApiError `bad_param` if the user already has a token with this name. */
export async function add(db: Db, user: string, token: ApiToken, hash: Uint8Array): Promise<void> {
  await assertNameFree(db, user, token.name);
  await db.run(
    `INSERT INTO api_token (username, name, token_hash, has_all, created_at, expires_at, whitelist)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    user,
    token.name,
    hash,
    Number(token.grant === 'everything'),
    token.createdAt,
    token.expiresAt,
    token.whitelist && JSON.stringify(token.whitelist),
  );
  await putPrivileges(db, user, token);
}

/** Stores all properties of a token, but not its text. @throws ApiError `bad_param` if its new name is taken. */
export async function update(db: Db, user: string, oldName: string, token: ApiToken): Promise<void> {
  if (token.name !== oldName) await assertNameFree(db, user, token.name);
  await db.run(
    'UPDATE api_token SET name = ?, has_all = ?, expires_at = ?, whitelist = ? WHERE username = ? AND name = ?',
    token.name,
    Number(token.grant === 'everything'),
    token.expiresAt,
    token.whitelist && JSON.stringify(token.whitelist),
    user,
    oldName,
  );
  await removePrivileges(db, user, oldName);
  await putPrivileges(db, user, token);
}

/** Returns false if the user has no such token. */
export async function remove(db: Db, user: string, name: string): Promise<boolean> {
  await removePrivileges(db, user, name);
  return (await db.run('DELETE FROM api_token WHERE username = ? AND name = ?', user, name)) > 0;
}

/** @throws ApiError `bad_param`. */
async function assertNameFree(db: Db, user: string, name: string): Promise<void> {
  if ((await db.get('SELECT 1 FROM api_token WHERE username = ? AND name = ?', user, name)) === undefined) {
    return;
  }
  throw badParam(
    `You already have an API token “${name}”. Choose another name, or revoke that token with api_token_revoke.`,
  );
}

export function noSuchTokens(names: readonly string[]): ApiError {
  const all = names.map((name) => `“${name}”`).join(', ');
  return notFound(`You have no API token ${all}. Run api_token_list to list your tokens.`);
}

async function putPrivileges(db: Db, user: string, { name, grant }: ApiToken): Promise<void> {
  if (grant === 'everything') return;
  for (const privilege of new Set(grant)) {
    await db.run(
      'INSERT INTO api_token_privilege (username, token, privilege) VALUES (?, ?, ?)',
      user,
      name,
      privilege,
    );
  }
}

async function removePrivileges(db: Db, user: string, name: string): Promise<void> {
  await db.run('DELETE FROM api_token_privilege WHERE username = ? AND token = ?', user, name);
}

/** The credentials of a request with a token. */
export interface Shown {
  readonly user: string;
  readonly tokenHash: Uint8Array;
  /** The client's address. */
  readonly address: string;
  /** In milliseconds since 1970-01-01. */
  readonly now: number;
}

export interface Authenticated {
  readonly caller: Caller;
  readonly name: string;
  /** In milliseconds since 1970-01-01. Null: never. */
  readonly expiresAt: number | null;
}

/**
 * Returns the caller of a token, or what is wrong with the token, for the log. The client only learns that the token is
 * invalid.
 */
export async function authenticate(
  db: Db,
  { user, tokenHash, address, now }: Shown,
): Promise<Authenticated | { readonly problem: string }> {
  const token = await findByHash(db, user, tokenHash);
  if (token === undefined) return { problem: 'The user has no such API token.' };
  const { name, grant, expiresAt, whitelist } = token;
  if (expiresAt !== null && expiresAt <= now) return { problem: `The API token “${name}” has expired.` };
  if (whitelist !== null) {
    // Loaded on demand, because its library is large and most tokens can be used from everywhere.
    const { includes } = await import('./address-lists.ts');
    if (!includes(whitelist, address)) {
      return { problem: `The API token “${name}” does not work from this address.` };
    }
  }
  try {
    return { caller: callerOfToken(await callerOf(db, user), grant), name, expiresAt };
  } catch (error) {
    if (error instanceof ApiError) return { problem: error.message };
    throw error;
  }
}

/** Returns the token's present privileges. */
export function callerOfToken(owner: Caller, grant: ApiToken['grant']): Caller {
  if (grant === 'everything') return owner;
  const { user, privileges } = owner;
  if (privileges !== 'all') {
    return { user, privileges: new Set(grant.filter((name) => privileges.has(name))), isLimited: true };
  }
  return grant.includes('all') ? owner : { user, privileges: new Set(grant), seesAll: true, isLimited: true };
}

const selected = ({ jsonListOf }: Dialect) =>
  `name, has_all AS "hasAll", created_at AS "createdAt", expires_at AS "expiresAt", whitelist,
  (SELECT ${jsonListOf('privilege', 'privilege')} FROM api_token_privilege AS granted
   WHERE granted.username = api_token.username AND granted.token = api_token.name) AS listed`;

interface Row {
  readonly name: string;
  readonly hasAll: 0 | 1;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly whitelist: string | null;
  readonly listed: string;
}

function tokenOf({ name, hasAll, createdAt, expiresAt, whitelist, listed }: Row): ApiToken {
  return {
    name,
    grant: hasAll === 1 ? 'everything' : (JSON.parse(listed) as string[]),
    createdAt,
    expiresAt,
    whitelist: whitelist === null ? null : (JSON.parse(whitelist) as string[]),
  };
}
