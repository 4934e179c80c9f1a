// Sessions of logged-in people. A session consists of a cookie and the security token in the URL. Both are required.
import type { Db } from '../../../core/context.ts';
import { isFromWrongClock } from '../../../ground/rules/clock.ts';
import type { LoginService } from './callers.ts';
import * as lastLogin from './last-login.ts';
import { isFrom, newSecurityToken } from './tokens.ts';

/** A session ends after half an hour without use, and always after twelve hours. */
const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 60 * 60_000;
/** The precision of the time of last use. Storing it for every call would require one write per call. */
const USE_PRECISION_MS = 60_000;
/** How long a session may change how its user logs in, after the user has confirmed it. */
const CONFIRMED_MS = 10 * 60_000;

/** The dependencies of sessions. */
export interface SessionContext {
  readonly db: Db;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
}

/** Returned to the browser once. The store has only hashes. */
export interface Opened {
  /** The cookie: 128 random bits in hexadecimal. */
  readonly id: string;
  /** The first part of every path: `cpsess` and ten digits. */
  readonly securityToken: string;
}

/** The mailbox of a domain that a session of webmail shows. */
export interface SessionMailbox {
  readonly address: string;
  /** SHA-256 of the hash of its password, when the session began. */
  readonly hash: Uint8Array;
}

export interface Session {
  readonly username: string;
  readonly authentication: string;
  /** Absent: the account’s own, if it is a session of webmail. */
  readonly mailbox?: SessionMailbox;
}

export interface Beginning {
  readonly service: LoginService;
  readonly address: string;
  readonly authentication: string;
  /** The SHA-256 of the browser's existing security token. Without it, a new token is created. */
  readonly securityTokenHash?: Uint8Array | null;
  /** The key of the only address that may use the session. Default: any. */
  readonly onlyFrom?: string | null;
  readonly mailbox?: SessionMailbox | undefined;
}

export async function open(
  context: SessionContext,
  user: string,
  { service, address, authentication, securityTokenHash, onlyFrom = null, mailbox }: Beginning,
): Promise<Opened> {
  const { db, now, randomBytes, sha256 } = context;
  const id = hexadecimal(await randomBytes(16));
  const securityToken = await newSecurityToken(randomBytes);
  const at = now();
  await db.run('DELETE FROM session WHERE expires_at <= ?', at);
  await db.run(
    `INSERT INTO session (id_hash, token_hash, username, service, authentication, remote_address, only_from, mailbox,
                          mailbox_hash, created_at, used_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    await sha256(id),
    securityTokenHash ?? (await sha256(securityToken)),
    user,
    service,
    authentication,
    address,
    onlyFrom,
    mailbox?.address ?? null,
    mailbox?.hash ?? null,
    at,
    at,
    at + LONGEST_MS,
  );
  if (service === 'cpaneld') await lastLogin.record(db, user, address, at);
  return { id, securityToken };
}

interface Row extends Omit<Session, 'mailbox'> {
  readonly mailbox: string | null;
  readonly mailbox_hash: Uint8Array | null;
  readonly confirmed_until: number | null;
  readonly only_from: string | null;
  readonly used_at: number;
  readonly expires_at: number;
}

/** The credentials of a request with a session. */
export interface ShownSession {
  readonly service: LoginService;
  readonly id: string;
  readonly securityToken: string;
  /** The client’s address, if it is known. */
  readonly address?: string;
}

export interface FoundSession extends Session {
  /** SHA-256 of the cookie. */
  readonly idHash: Uint8Array;
  /** Its last use should be stored (`touch`). */
  readonly isDue: boolean;
  /** Its user has recently proved to be the one who logged in (`confirm`). */
  readonly isConfirmed: boolean;
}

/**
 * Finds the user of a session. Undefined if the cookie and the security token do not match, the session belongs to
 * another interface or another address, or it has ended.
 */
export async function find(
  { db, now, sha256 }: Omit<SessionContext, 'randomBytes'>,
  { service, id, securityToken, address }: ShownSession,
): Promise<FoundSession | undefined> {
  const idHash = await sha256(id);
  // Both are looked up by their hashes, so that the duration reveals nothing about them.
  const row = await db.get<Row>(
    `SELECT username, authentication, confirmed_until, only_from, mailbox, mailbox_hash, used_at,
            expires_at FROM session
     WHERE id_hash = ? AND token_hash = ? AND service = ?`,
    idHash,
    await sha256(securityToken),
    service,
  );
  const at = now();
  if (row === undefined || !isOpen(row, at) || !isFrom(address, row.only_from)) return undefined;
  const isConfirmed = isWithin(row.confirmed_until, at);
  const isDue = row.used_at + USE_PRECISION_MS <= at;
  return { ...sessionIn(row), idHash, isConfirmed, isDue };
}

/** The session with this SHA-256 of its cookie. Undefined if it has ended. */
export async function findByHash(
  { db, now }: Pick<SessionContext, 'db' | 'now'>,
  idHash: Uint8Array,
): Promise<(Session & { readonly service: string; readonly expiresAt: number }) | undefined> {
  const row = await db.get<Omit<Row, 'confirmed_until' | 'only_from'> & { service: string }>(
    `SELECT service, username, authentication, mailbox, mailbox_hash, used_at, expires_at FROM session
     WHERE id_hash = ?`,
    idHash,
  );
  if (row === undefined || !isOpen(row, now())) return undefined;
  return { ...sessionIn(row), service: row.service, expiresAt: row.expires_at };
}

function isOpen(row: Pick<Row, 'expires_at' | 'used_at'>, at: number): boolean {
  if (row.expires_at <= at || row.used_at + IDLE_MS <= at) return false;
  // It began, or was used, while the clock was ahead, and would last until that time.
  return !isFromWrongClock(row.expires_at - LONGEST_MS, at) && !isFromWrongClock(row.used_at, at);
}

function sessionIn(row: Pick<Row, 'username' | 'authentication' | 'mailbox' | 'mailbox_hash'>): Session {
  const { username, authentication, mailbox, mailbox_hash: hash } = row;
  return {
    ...{ username, authentication },
    ...(mailbox === null || hash === null ? {} : { mailbox: { address: mailbox, hash } }),
  };
}

/** What is true of a row of `session` that has not ended. */
export function openSession(now: number): { readonly condition: string; readonly values: readonly number[] } {
  return { condition: 'expires_at > ? AND used_at > ?', values: [now, now - IDLE_MS] };
}

/** A time further ahead than possible was stored before the clock was set back, and does not count. */
function isWithin(until: number | null, at: number): boolean {
  return until !== null && at < until && until <= at + CONFIRMED_MS;
}

/** @returns the time until which it is confirmed. */
export async function confirm(
  { db, now, sha256 }: Omit<SessionContext, 'randomBytes'>,
  id: string,
): Promise<number> {
  const until = now() + CONFIRMED_MS;
  await db.run('UPDATE session SET confirmed_until = ? WHERE id_hash = ?', until, await sha256(id));
  return until;
}

export async function touch(
  { db, now, sha256 }: Omit<SessionContext, 'randomBytes'>,
  id: string,
): Promise<void> {
  await db.run('UPDATE session SET used_at = ? WHERE id_hash = ?', now(), await sha256(id));
}

/** Does nothing if there is no such session. */
export async function close(
  { db, sha256 }: Pick<SessionContext, 'db' | 'sha256'>,
  id: string,
): Promise<void> {
  await db.run('DELETE FROM session WHERE id_hash = ?', await sha256(id));
}

/**
 * Ends every session and login link of a user: after a new password, a suspension, or a change of the second factor.
 */
export async function closeAll(db: Db, user: string): Promise<void> {
  await db.run('DELETE FROM session WHERE username = ?', user);
  await db.run('DELETE FROM login_token WHERE username = ?', user);
  await db.run(
    `INSERT INTO session_end (username, count) VALUES (?, 1)
     ON CONFLICT (username) DO UPDATE SET count = session_end.count + 1`,
    user,
  );
}

/**
 * Changes when all sessions of a user end, and when the user is removed. It is read before a password is checked, because
 * the check takes so long that the password can be another one afterwards.
 */
export async function stateOf(db: Db, user: string): Promise<string> {
  const account = await db.get<{ uid: number }>('SELECT uid FROM account WHERE username = ?', user);
  const ended = await db.get<{ count: number }>('SELECT count FROM session_end WHERE username = ?', user);
  return JSON.stringify([account?.uid, ended?.count]);
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
