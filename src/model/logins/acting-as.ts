// Who may act as somebody else: log in without that user's password, or change a token of more power. That a limited API
// token never acts on its own owner is a rule of every call: `authoriseTarget` in core/access.ts.
import type { Caller, Db } from '../../core/context.ts';
import { ApiError, denied } from '../../core/errors.ts';
import type { ApiToken } from './api-tokens.ts';
import { callerOf, holdsAll } from './callers.ts';
import * as users from '../accounts/users.ts';

/** @throws ApiError `denied` if the caller is a limited API token, and `token` holds something that it does not. */
export function ensureNotWider({ isLimited, privileges }: Caller, { name, grant }: ApiToken): void {
  if (isLimited !== true || privileges === 'all') return;
  if (grant !== 'everything' && grant.every((privilege) => privileges.has(privilege))) return;
  throw denied(
    `You cannot change or revoke the API token “${name}”: it has more privileges than the token of this call.`,
  );
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
  throw denied(`You cannot act as “${user}”, who has root privileges over every account.`);
}

/**
 * The user as a caller, where the caller may act as that one: as themselves, and as the resellers that they own; root
 * as everybody who may call at all.
 * @throws ApiError `not_found`, `denied`.
 */
export async function callerToActAs(db: Db, caller: Caller, user: string): Promise<Caller> {
  await users.ensureManageable(db, caller, user);
  await ensureNotAbove(db, caller, user);
  return callerOf(db, user);
}
