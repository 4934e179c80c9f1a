// Access hashes: the older kind of token. Each user has at most one, and it can be shown again.
import type { Caller, Context, Db, SealedStore } from '../../../core/context.ts';
import { ApiError, notFound } from '../../../core/errors.ts';
import { callerOf } from './callers.ts';
import { HEXADECIMAL, randomText } from '../../../ground/rules/random-text.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';

/** The length is the same as in WHM: 29 lines of 32 hexadecimal digits. */
const LINES = 29;
const LINE_LENGTH = 32;

/** Returns the hash as it is compared. People copy it with its line breaks. */
export function plain(hash: string): string {
  return hash.replace(/\s/g, '').toLowerCase();
}

/** Formats the hash with line breaks, as files and pages contain it. */
export function inLines(hash: string): string {
  return hash.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g'))?.join('\n') ?? '';
}

/** Returns the user's hash, in one line. @throws ApiError `not_found`; `key_lost`, which a new hash resolves. */
export async function get({ db, sealer }: SealedStore, user: string): Promise<string> {
  const row = await db.get<{ sealed: Uint8Array }>('SELECT sealed FROM access_hash WHERE username = ?', user);
  if (row === undefined) throw notFound(`“${user}” has no access hash. To create one, pass generate=1.`);
  return sealer.open(row.sealed, purposeOf(user));
}

export async function has(db: Db, user: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM access_hash WHERE username = ?', user)) !== undefined;
}

/** Creates a new hash, in one line. An older hash stops working. @throws ApiError `key_lost`. */
export async function renew(
  { db, sealer, randomBytes, sha256 }: SealedStore & Pick<Context, 'randomBytes' | 'sha256'>,
  user: string,
): Promise<string> {
  await db.run('DELETE FROM access_hash WHERE username = ?', user);
  const hash = await randomText(randomBytes, HEXADECIMAL, LINES * LINE_LENGTH);
  await db.run(
    'INSERT INTO access_hash (username, sealed, hash) VALUES (?, ?, ?)',
    user,
    await sealer.seal(hash, purposeOf(user), await findSealed(db)),
    await sha256(hash),
  );
  return hash;
}

/**
 * Returns the caller whose access hash has this SHA-256. Undefined if it is not the user's hash, or the user must not
 * call.
 */
export async function authenticate(
  db: Db,
  { user, hash }: { readonly user: string; readonly hash: Uint8Array },
): Promise<Caller | undefined> {
  const row = await db.get('SELECT 1 FROM access_hash WHERE hash = ? AND username = ?', hash, user);
  if (row === undefined) return undefined;
  try {
    return await callerOf(db, user);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** The purpose that an encrypted hash is bound to. In another user's row, it cannot be decrypted. */
function purposeOf(user: string): string {
  return JSON.stringify(['access_hash', user]);
}
