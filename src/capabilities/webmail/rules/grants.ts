// How Roundcube gets the mail of a session of webmail: the authorization code grant of OAuth 2.0 (RFC 6749, section 4.1). The
// browser brings Roundcube a code, which Roundcube exchanges for a token, and Dovecot asks here for whom the token is
// (RFC 7662). Both are random, the store has only their hashes, and both end with the session.
import type { Context, Db } from '../../../core/context.ts';
import { isFromWrongClock } from '../../../ground/rules/clock.ts';
import { randomText, URL_SAFE } from '../../../ground/rules/random-text.ts';
import { canEnter } from '../../logins/rules/callers.ts';
import * as sessions from '../../logins/rules/sessions.ts';
import type { SessionMailbox } from '../../logins/rules/sessions.ts';
import { findMailbox } from './mailbox-login.ts';

/** The browser brings the code to Roundcube at once. */
const CODE_MS = 60_000;
/** 258 random bits. */
const LENGTH = 43;

export type GrantContext = Pick<Context, 'db' | 'now' | 'randomBytes' | 'sha256'>;

/** For whom a token is. */
export interface Holder {
  /** As Dovecot knows it: `sales@bob.example`, or the name of an account for its own mailbox. */
  readonly user: string;
  /** When it ends, at the latest: milliseconds since 1970-01-01. */
  readonly expiresAt: number;
}

/** @param sessionHash SHA-256 of the session’s cookie. @returns the code. */
export async function makeCode(
  { db, now, randomBytes, sha256 }: GrantContext,
  sessionHash: Uint8Array,
  redirectUri: string,
): Promise<string> {
  const code = await randomText(randomBytes, URL_SAFE, LENGTH);
  await db.run(
    `DELETE FROM webmail_grant WHERE (token_hash IS NULL AND created_at <= ?)
       OR NOT EXISTS (SELECT 1 FROM session WHERE session.id_hash = webmail_grant.session_hash)`,
    now() - CODE_MS,
  );
  await db.run(
    'INSERT INTO webmail_grant (code_hash, session_hash, redirect_uri, token_hash, created_at) VALUES (?, ?, ?, NULL, ?)',
    ...[await sha256(code), sessionHash, redirectUri, now()],
  );
  return code;
}

/**
 * Exchanges a code for a token. Undefined if it is unknown, was made for another address, has expired, or its session has
 * ended. A code that comes twice was stolen: its token ends, too.
 */
export async function exchange(
  context: GrantContext,
  { code, redirectUri }: { readonly code: string; readonly redirectUri: string },
): Promise<(Holder & { readonly token: string }) | undefined> {
  const { db, now, randomBytes, sha256 } = context;
  const codeHash = await sha256(code);
  const row = await db.get<Row>(`SELECT ${COLUMNS} FROM webmail_grant WHERE code_hash = ?`, codeHash);
  if (row === undefined) return undefined;
  const isGood =
    row.token_hash === null &&
    row.redirect_uri === redirectUri &&
    now() < row.created_at + CODE_MS &&
    !isFromWrongClock(row.created_at, now());
  const holder = isGood ? await holderOf(context, row.session_hash) : undefined;
  if (holder === undefined) {
    await db.run('DELETE FROM webmail_grant WHERE code_hash = ?', codeHash);
    return undefined;
  }
  const token = await randomText(randomBytes, URL_SAFE, LENGTH);
  const sql = 'UPDATE webmail_grant SET token_hash = ? WHERE code_hash = ?';
  await db.run(sql, await sha256(token), codeHash);
  return { ...holder, token };
}

/** Undefined if there is no such token, or its session has ended, or the mailbox has a new password or no login. */
export async function introspect(
  context: Omit<GrantContext, 'randomBytes'>,
  token: string,
): Promise<Holder | undefined> {
  const { db, sha256 } = context;
  const sql = `SELECT ${COLUMNS} FROM webmail_grant WHERE token_hash = ?`;
  const row = await db.get<Row>(sql, await sha256(token));
  return row && holderOf(context, row.session_hash);
}

const COLUMNS = 'session_hash, redirect_uri, token_hash, created_at';

interface Row {
  readonly session_hash: Uint8Array;
  readonly redirect_uri: string;
  readonly token_hash: Uint8Array | null;
  readonly created_at: number;
}

async function holderOf(
  context: Omit<GrantContext, 'randomBytes'>,
  sessionHash: Uint8Array,
): Promise<Holder | undefined> {
  const session = await sessions.findByHash(context, sessionHash);
  if (session === undefined || session.service !== 'webmaild') return undefined;
  return (await isStillGood(context, session))
    ? { user: session.mailbox?.address ?? session.username, expiresAt: session.expiresAt }
    : undefined;
}

/** False once the account may not read its mail, or the mailbox is gone, suspended, or has another password. */
export async function isStillGood(
  { db, sha256 }: Pick<GrantContext, 'db' | 'sha256'>,
  {
    username,
    mailbox,
  }: Pick<sessions.Session, 'username'> & { readonly mailbox?: SessionMailbox | undefined },
): Promise<boolean> {
  if (!(await canEnter(db, 'webmaild', username))) return false;
  if (mailbox === undefined) return true;
  const present = await findMailbox(db, mailbox.address);
  return present?.username === username && isSame(await sha256(present.hash), mailbox.hash);
}

/** Both are hashes, so how long this takes reveals nothing. */
const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(other);

/** The addresses that the mail of a session is from, first of all: an account’s own mailbox has its main domain. */
export async function mailDomainOf(db: Db, username: string): Promise<string> {
  const sql = 'SELECT domain FROM account WHERE username = ?';
  return (await db.get<{ domain: string }>(sql, username))?.domain ?? '';
}
