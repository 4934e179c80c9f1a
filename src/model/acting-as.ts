// Who may log in as somebody else, without that one's password.
import type { Caller, Db } from '../core/context.ts';
import { ApiError, denied } from '../core/errors.ts';
import { callerOf, holdsAll } from './callers.ts';
import * as users from './users.ts';

/** @throws ApiError `denied` for an API token that holds less than its user. `deed` completes “You may not …”. */
export function ensureHoldsAll(caller: Caller, deed: string): void {
  if (caller.isLimited !== true) return;
  throw denied(`You may not ${deed} with an API token that holds less than its user.`);
}

/**
 * A session may be stolen. Where its user has two-factor authentication, it neither changes nor reads how that user logs
 * in (the second factor, recovery codes, API tokens, the password) until the user has confirmed it.
 * @throws ApiError `confirmation_required`. `action` completes “Before you …”.
 */
export function ensureConfirmed(caller: Caller, action: string): void {
  if (caller.mustConfirm !== true) return;
  throw new ApiError(
    'confirmation_required',
    `Before you ${action}, confirm that it is you: enter a code of your authenticator app or your password.`,
  );
}

/**
 * Whether the user has root's power, and the caller has not: who sets that one's password, or takes the second factor
 * away, would have it next, be it the owner of that account.
 */
export async function isAbove(db: Db, caller: Caller, user: string): Promise<boolean> {
  return caller.privileges !== 'all' && (await holdsAll(db, user));
}

/** @throws ApiError `denied` where the user is above the caller. */
export async function ensureNotAbove(db: Db, caller: Caller, user: string): Promise<void> {
  if (!(await isAbove(db, caller, user))) return;
  throw denied(`You may not act as “${user}”, who has root’s power over every account.`);
}

/**
 * The user as a caller, where the caller may act as that one: as themselves, and as the resellers that they own; root
 * as everybody who may call at all.
 * @throws ApiError `not_found`, `denied`.
 */
export async function callerToActAs(db: Db, caller: Caller, user: string): Promise<Caller> {
  await users.ensureManageable(db, caller, user);
  if (user === caller.user) ensureHoldsAll(caller, 'log in as yourself');
  await ensureNotAbove(db, caller, user);
  return callerOf(db, user);
}
