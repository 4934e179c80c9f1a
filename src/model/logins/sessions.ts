// Sessions of people who logged in: a cookie and the security token of the URL, which only count together.
import type { Db } from '../../core/context.ts';
import { isFromWrongClock } from '../clock.ts';
import { newSecurityToken } from './tokens.ts';

/** A session that nobody uses ends after half an hour, and any after twelve hours. */
const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 60 * 60_000;
/** How exactly it is known when a session was used last: writing it down at every call would cost a write each. */
const USE_PRECISION_MS = 60_000;
/** How long a session may change how its user logs in, once the user has confirmed it. */
const CONFIRMED_MS = 10 * 60_000;

/** What sessions need of the world. */
export interface SessionContext {
  readonly db: Db;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
}

/** What the browser gets, once: the store has hashes alone. */
export interface Opened {
  /** 128 random bits in hexadecimal: the cookie. */
  readonly id: string;
  /** `cpsess` and ten digits: the first part of every path. */
  readonly securityToken: string;
}

export interface Session {
  readonly username: string;
  readonly authentication: string;
}

export interface Beginning {
  readonly address: string;
  readonly authentication: string;
  /** The SHA-256 of a security token that the browser has already; a new one is made without it. */
  readonly securityTokenHash?: Uint8Array | null;
}

export async function open(
  context: SessionContext,
  user: string,
  { address, authentication, securityTokenHash }: Beginning,
): Promise<Opened> {
  const { db, now, randomBytes, sha256 } = context;
  const id = hexadecimal(await randomBytes(16));
  const securityToken = await newSecurityToken(randomBytes);
  const at = now();
  await db.run('DELETE FROM session WHERE expires_at <= ?', at);
  await db.run(
    `INSERT INTO session (id_hash, token_hash, username, authentication, remote_address, created_at, used_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    await sha256(id),
    securityTokenHash ?? (await sha256(securityToken)),
    user,
    authentication,
    address,
    at,
    at,
    at + LONGEST_MS,
  );
  return { id, securityToken };
}

interface Row extends Session {
  readonly confirmed_until: number | null;
  readonly used_at: number;
  readonly expires_at: number;
}

/**
 * Whose session it is; undefined where cookie and security token do not belong together, or it has ended.
 * `isDue` says that its use should be written down (`touch`); `isConfirmed` that its user has proven a short while ago
 * to be the one who logged in (`confirm`).
 */
export async function find(
  { db, now, sha256 }: Omit<SessionContext, 'randomBytes'>,
  id: string,
  securityToken: string,
): Promise<(Session & { readonly isDue: boolean; readonly isConfirmed: boolean }) | undefined> {
  // Both are looked up by their hashes, so that the time that it takes tells nothing of them.
  const row = await db.get<Row>(
    'SELECT username, authentication, confirmed_until, used_at, expires_at FROM session WHERE id_hash = ? AND token_hash = ?',
    await sha256(id),
    await sha256(securityToken),
  );
  const at = now();
  if (row === undefined || row.expires_at <= at || row.used_at + IDLE_MS <= at) return undefined;
  // It began, or was used, while the clock was ahead: it would last until the time of that clock.
  if (isFromWrongClock(row.expires_at - LONGEST_MS, at) || isFromWrongClock(row.used_at, at))
    return undefined;
  const { username, authentication } = row;
  const isConfirmed = isWithin(row.confirmed_until, at);
  return { username, authentication, isDue: row.used_at + USE_PRECISION_MS <= at, isConfirmed };
}

/** A mark that lies further ahead than one can was set before the clock was put back: it does not count. */
function isWithin(until: number | null, at: number): boolean {
  return until !== null && at < until && until <= at + CONFIRMED_MS;
}

/** @returns until when it is confirmed. */
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

/** Nothing where there is no such session. */
export async function close(
  { db, sha256 }: Pick<SessionContext, 'db' | 'sha256'>,
  id: string,
): Promise<void> {
  await db.run('DELETE FROM session WHERE id_hash = ?', await sha256(id));
}

/** Ends every session and login link of a user: after a new password, a suspension, or another second factor. */
export async function closeAll(db: Db, user: string): Promise<void> {
  await db.run('DELETE FROM session WHERE username = ?', user);
  await db.run('DELETE FROM login_token WHERE username = ?', user);
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
