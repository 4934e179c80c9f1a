// Login tokens: a link contains one to log a browser in, once.
import type { Context, DatedStore, Db } from '../../../core/context.ts';
import { keyOf } from './brute-force/addresses.ts';
import { isFromWrongClock } from '../../../ground/rules/clock.ts';
import type { LoginService } from './callers.ts';
import type { SessionMailbox } from './sessions.ts';
import { DIGITS, randomText, URL_SAFE } from '../../../ground/rules/random-text.ts';

/** The interface at which a browser logs in. `refresh`: a program requests another access token. */
export type Service = LoginService | 'refresh';

/** How long an unused link works. */
export const LINK_MS = 15 * 60_000;
const RANDOM_LENGTH = 64;

export interface NewToken {
  readonly user: string;
  readonly service: Service;
  /** Where the browser is sent afterwards: an application’s name, or a URL. Empty if not specified. */
  readonly app: string;
  readonly lifetimeMs: number;
  /** The security token of the new session, if specified: `cpsess0123456789`. */
  readonly securityToken?: string;
  /** The key of the only address (`brute-force/addresses.ts`) that may use the link and its session. Default: any. */
  readonly onlyFrom?: string;
  /** The mailbox that the session of webmail shows. Default: the account’s own. */
  readonly mailbox?: SessionMailbox | undefined;
}

export interface LoginToken {
  readonly username: string;
  readonly app: string;
  /** The SHA-256 of the security token of the new session. */
  readonly securityTokenHash: Uint8Array | null;
  readonly onlyFrom: string | null;
  readonly mailbox?: SessionMailbox;
}

/**
 * Creates a token. Returns its text, of which the store has only a hash, and its end (milliseconds since 1970-01-01).
 */
export async function make(
  { db, now, randomBytes, sha256 }: Pick<Context, 'db' | 'now' | 'randomBytes' | 'sha256'>,
  { user, service, app, lifetimeMs, securityToken, onlyFrom, mailbox }: NewToken,
): Promise<{ readonly text: string; readonly expiresAt: number }> {
  const text = `${user}:${await randomText(randomBytes, URL_SAFE, RANDOM_LENGTH)}`;
  const createdAt = now();
  const expiresAt = createdAt + lifetimeMs;
  await db.run('DELETE FROM login_token WHERE expires_at <= ?', createdAt);
  await db.run(
    `INSERT INTO login_token (token_hash, username, service, app, security_token_hash, only_from, mailbox,
                              mailbox_hash, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    await sha256(text),
    user,
    service,
    app,
    securityToken === undefined ? null : await sha256(securityToken),
    onlyFrom ?? null,
    mailbox?.address ?? null,
    mailbox?.hash ?? null,
    createdAt,
    expiresAt,
  );
  return { text, expiresAt };
}

/**
 * Redeems a token, in the transaction of what it is used for. Undefined if it is unknown, used, expired, or for another
 * address. `hash` is the SHA-256 of its text. `address`: the client’s, if it is known.
 */
export async function redeem(
  { db, now }: DatedStore,
  hash: Uint8Array,
  service: Service = 'whostmgrd',
  address?: string,
): Promise<LoginToken | undefined> {
  const found = await find(db, hash, service);
  if (found === undefined || !isFrom(address, found.onlyFrom)) return undefined;
  await db.run('DELETE FROM login_token WHERE token_hash = ?', hash);
  const { createdAt, expiresAt, mailbox, mailboxHash: own, ...token } = found;
  if (expiresAt <= now() || isFromWrongClock(createdAt, now())) return undefined;
  return mailbox === null || own === null ? token : { ...token, mailbox: { address: mailbox, hash: own } };
}

/** True if a client may use what is only for one address. */
export function isFrom(address: string | undefined, onlyFrom: string | null): boolean {
  return onlyFrom === null || (address !== undefined && keyOf(address) === onlyFrom);
}

interface StoredToken extends Omit<LoginToken, 'mailbox'> {
  readonly mailbox: string | null;
  readonly mailboxHash: Uint8Array | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

async function find(db: Db, hash: Uint8Array, service: Service) {
  return db.get<StoredToken>(
    `SELECT username, app, security_token_hash AS "securityTokenHash", only_from AS "onlyFrom", mailbox,
            mailbox_hash AS "mailboxHash", created_at AS "createdAt",
            expires_at AS "expiresAt"
     FROM login_token WHERE token_hash = ? AND service = ?`,
    hash,
    service,
  );
}

/** Generates a security token such as `cpsess0123456789`: the first part of the path of every page of a session. */
export async function newSecurityToken(randomBytes: Context['randomBytes']): Promise<string> {
  return `cpsess${await randomText(randomBytes, DIGITS, 10)}`;
}

const ports: Readonly<Record<LoginService, number>> = { whostmgrd: 2087, cpaneld: 2083, webmaild: 2096 };

/** Returns the link. No part of it needs encoding. */
export function linkOf(
  host: string,
  securityToken: string,
  text: string,
  service: LoginService = 'whostmgrd',
): string {
  return `https://${host}:${ports[service]}/${securityToken}/login/?session=${text}`;
}
