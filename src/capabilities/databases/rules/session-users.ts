// Users of the MariaDB server that exist as long as a session of their account.
import type { Caller, Context, Db, SealedStore } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { LookAgain } from '../../../core/machine-error.ts';
import { CAPITALS_AND_DIGITS, randomText, URL_SAFE } from '../../../ground/rules/random-text.ts';
import { openSession } from '../../logins/rules/sessions.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';
import { SESSION_PREFIX } from './names.ts';
import { USERS, type FoundUsers } from './own-mysql.ts';
import * as owners from './owners.ts';

const RANDOM_CHARACTERS = 8;
const PASSWORD_CHARACTERS = 32;

export interface SessionUser {
  readonly name: string;
  readonly password: string;
}

/** As JSON, for a plan. */
export interface SealedSessionUser {
  /** SHA-256 of the session’s cookie, in hexadecimal. */
  readonly session: string;
  readonly name: string;
  readonly owner: string;
  /** The encrypted password, in Base64. */
  readonly sealed: string;
}

/** @returns SHA-256 of the cookie of the caller’s session, in hexadecimal. @throws ApiError `denied`. */
export function sessionOf({ session }: Caller): string {
  if (session !== undefined) return session;
  throw new ApiError(
    'denied',
    'This function needs a session. Log in, or follow a link of create_user_session, and call it with the cookie at ' +
      '/cpsess…/execute/Session/create_temp_user.',
  );
}

/**
 * The user of a session. Undefined if it has none.
 * @param found what the server had when the call looked.
 * @throws ApiError `key_lost`; LookAgain if another call has created the user since then.
 */
export async function find(
  { db, sealer }: SealedStore,
  session: string,
  { wanted }: FoundUsers,
): Promise<SessionUser | undefined> {
  const row = await db.get<{ name: string; sealed: Uint8Array }>(
    'SELECT name, sealed FROM database_session_user WHERE server = ? AND session = ?',
    ...[db.server, Buffer.from(session, 'hex')],
  );
  if (row === undefined) return undefined;
  if (!wanted.users.names.includes(row.name)) {
    throw new LookAgain('The user of this session was created meanwhile.');
  }
  return { name: row.name, password: await sealer.open(row.sealed, purposeOf(row.name)) };
}

/** A new user, such as `cpses_bo7KQ2M4XA`: the first two characters of the account, and random ones. */
export async function generate(
  { randomBytes }: Pick<Context, 'randomBytes'>,
  owner: string,
): Promise<SessionUser> {
  const end = await randomText(randomBytes, CAPITALS_AND_DIGITS, RANDOM_CHARACTERS);
  return {
    name: SESSION_PREFIX + owner.slice(0, 2) + end,
    password: await randomText(randomBytes, URL_SAFE, PASSWORD_CHARACTERS),
  };
}

/** @throws ApiError `key_lost`. */
export async function seal(
  { db, sealer }: SealedStore,
  { name, password }: SessionUser,
  { session, owner }: Pick<SealedSessionUser, 'session' | 'owner'>,
): Promise<SealedSessionUser> {
  const sealed = await sealer.seal(password, purposeOf(name), await findSealed(db));
  return { session, name, owner, sealed: Buffer.from(sealed).toString('base64') };
}

export async function insert(db: Db, { session, name, owner, sealed }: SealedSessionUser): Promise<void> {
  const id = Buffer.from(session, 'hex');
  await db.run('DELETE FROM database_session_user WHERE server = ? AND session = ?', db.server, id);
  await db.run(
    'INSERT INTO database_session_user (server, session, name, owner, sealed) VALUES (?, ?, ?, ?, ?)',
    ...[db.server, id, name, owner, Buffer.from(sealed, 'base64')],
  );
}

/** The users of this server whose sessions have ended. */
export function listEnded(db: Db, now: number): Promise<{ name: string; owner: string }[]> {
  const { condition, values } = openSession(now);
  return db.all(
    `SELECT name, owner FROM database_session_user
      WHERE server = ? AND session NOT IN (SELECT id_hash FROM session WHERE ${condition}) ORDER BY name`,
    ...[db.server, ...values],
  );
}

/** Forgets a user that was dropped. */
export async function remove(db: Db, name: string): Promise<void> {
  await db.run('DELETE FROM database_session_user WHERE server = ? AND name = ?', db.server, name);
  await owners.remove(db, USERS, name);
}

const purposeOf = (name: string) => `password of the database user ${name}`;
