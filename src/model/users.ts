// Who there is on this installation.
import type { Db } from '../core/context.ts';
import { notFound } from '../core/errors.ts';
import { isEnrolled } from './tfa.ts';

/** Root, and every user about whom the store holds something. */
export async function exists(db: Db, user: string): Promise<boolean> {
  return user === 'root' || (await isEnrolled(db, user));
}

/** The wording that scripts match. */
export function noSuchUser(user: string): string {
  return `You do not have a user named “${user}”.`;
}

/** @throws ApiError `not_found`. */
export async function ensureExists(db: Db, user: string): Promise<void> {
  if (!(await exists(db, user))) throw notFound(noSuchUser(user));
}
