// Identities that a provider has confirmed for a browser, while the login here still lacks a code, the password of the
// user to link, or the choice of a user. The browser has a secret in a cookie.
import type { Context } from '../../../../core/context.ts';
import { isFromWrongClock } from '../../../../ground/rules/clock.ts';
import { randomText, URL_SAFE } from '../../../../ground/rules/random-text.ts';
import type { LinkedIdentity } from './links.ts';

/** The time to type a password and a code. */
export const PROVEN_MS = 10 * 60_000;
const SECRET_LENGTH = 43;

type ProvenContext = Pick<Context, 'db' | 'now' | 'randomBytes' | 'sha256'>;

/** @returns the secret for the browser’s cookie. */
export async function keep(
  { db, now, randomBytes, sha256 }: ProvenContext,
  { provider, issuer, subject, preferredUsername }: LinkedIdentity,
): Promise<string> {
  const at = now();
  const secret = await randomText(randomBytes, URL_SAFE, SECRET_LENGTH);
  await db.run('DELETE FROM proven_identity WHERE expires_at <= ?', at);
  await db.run(
    `INSERT INTO proven_identity (browser_hash, provider, issuer, subject, preferred_username, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    await sha256(secret),
    provider,
    issuer,
    subject,
    preferredUsername,
    at,
    at + PROVEN_MS,
  );
  return secret;
}

/** Undefined if it is unknown, used or expired. */
export async function find(
  { db, now, sha256 }: Omit<ProvenContext, 'randomBytes'>,
  secret: string,
): Promise<LinkedIdentity | undefined> {
  const row = await db.get<LinkedIdentity & { createdAt: number; expiresAt: number }>(
    `SELECT provider, issuer, subject, preferred_username AS "preferredUsername", created_at AS "createdAt",
            expires_at AS "expiresAt"
     FROM proven_identity WHERE browser_hash = ?`,
    await sha256(secret),
  );
  if (row === undefined) return undefined;
  const { createdAt, expiresAt, ...identity } = row;
  return expiresAt <= now() || isFromWrongClock(createdAt, now()) ? undefined : identity;
}

/** The login is complete. @returns false if another request has already completed it. */
export async function use(
  { db, sha256 }: Pick<ProvenContext, 'db' | 'sha256'>,
  secret: string,
): Promise<boolean> {
  return (await db.run('DELETE FROM proven_identity WHERE browser_hash = ?', await sha256(secret))) > 0;
}
