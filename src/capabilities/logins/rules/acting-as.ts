// Who may act as another user: log in without that user's password, or change a token that has more privileges.
// `authoriseTarget` in core/access.ts enforces for every call that a limited API token never acts on its owner's
// account.
import type { Caller, Db } from '../../../core/context.ts';
import { ApiError, denied } from '../../../core/errors.ts';
import type { ApiToken } from './api-tokens.ts';
import { callerAt, callerOf, holdsAll, type LoginService } from './callers.ts';
import * as users from './users.ts';

/** @throws ApiError `denied` if the caller is a limited API token, and `token` has privileges that the caller lacks. */
export function assertNotWider({ isLimited, privileges }: Caller, { name, grant }: ApiToken): void {
  if (isLimited !== true || privileges === 'all') return;
  if (grant !== 'everything' && grant.every((privilege) => privileges.has(privilege))) return;
  throw denied(
    `You cannot change or revoke the API token “${name}”: it has more privileges than the token of this call.`,
  );
}

/**
 * A session may be stolen. If its user has two-factor authentication, the session can neither change nor read how that
 * user logs in (the second factor, recovery codes, API tokens, the password) until the user has confirmed it.
 * @throws ApiError `confirmation_required`. `action` completes “Before you …”.
 */
export function assertConfirmed(caller: Caller, action: string): void {
  if (caller.mustConfirm !== true) return;
  throw new ApiError(
    'confirmation_required',
    `Before you ${action}, confirm that it is you: enter a code of your authenticator app or your password.`,
  );
}

/**
 * True if the user has root's power, and the caller does not. If such a caller could set the user's password or remove
 * the second factor, even as the owner of the account, the caller would gain root's power.
 */
export async function isAbove(db: Db, caller: Caller, user: string): Promise<boolean> {
  return caller.privileges !== 'all' && (await holdsAll(db, user));
}

/** @throws ApiError `denied` if the user is above the caller. */
export async function assertNotAbove(db: Db, caller: Caller, user: string): Promise<void> {
  if (!(await isAbove(db, caller, user))) return;
  throw denied(`You cannot act as “${user}”, who has root privileges over every account.`);
}

/**
 * Returns the user as a caller, if the present caller may act as this user. Everyone may act as themselves, resellers
 * as the resellers that they own, and root as every user who may call.
 * @throws ApiError `not_found`, `denied`.
 */
export async function callerToActAs(db: Db, caller: Caller, user: string): Promise<Caller> {
  await users.assertManageable(db, caller, user);
  await assertNotAbove(db, caller, user);
  return callerOf(db, user);
}

/**
 * Asserts that the caller may act as the user at this interface, and that the user can log in to it.
 * @throws ApiError `not_found`, `denied`.
 */
export async function assertMayLogInAs(
  db: Db,
  caller: Caller,
  service: LoginService,
  user: string,
): Promise<void> {
  await users.assertManageable(db, caller, user);
  await assertNotAbove(db, caller, user);
  await callerAt(db, service, user);
}
