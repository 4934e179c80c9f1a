// A login with a password, and with a second factor where the user has one: the rules, whichever way it comes in.
import type { Caller, Db, Sealer } from '../../core/context.ts';
import type { Machine } from '../../core/machine.ts';
import { ApiError } from '../../core/errors.ts';
import * as accounts from '../accounts/accounts.ts';
import { callerOf } from './callers.ts';
import * as guardedAttempts from './guarded-attempts.ts';
import * as recoveryCodes from '../two-factor/recovery-codes.ts';
import * as tfaCodes from '../two-factor/codes.ts';
import * as tfa from '../two-factor/tfa.ts';

/** What a login works with. Passwords are checked outside of any transaction: it takes a while, on purpose. */
export interface LoginWorld {
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  readonly machine: Machine;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
  /** Does something once nothing else of this kind is going on for the address. */
  readonly inTurn?: <T>(address: string, work: () => Promise<T>) => Promise<T>;
  /** Does a check that costs the machine something, once there is room for it. */
  readonly checking?: <T>(address: string, check: () => Promise<T>) => Promise<T>;
  /** Keeps for the operator what could not be done about a block. */
  readonly report?: (problem: string) => void;
}

export interface Attempt {
  readonly user: string;
  readonly password: string;
  /** A code of the app, or a recovery code; empty where none was sent. */
  readonly code: string;
  readonly address: string;
}

export type Verdict =
  | { readonly caller: Caller; readonly authentication: string; readonly warnings: readonly string[] }
  | { readonly problem: 'denied' | 'tfa_required' | 'tfa_invalid'; readonly reason: string };

const DENIED: Verdict = { problem: 'denied', reason: 'The login is invalid.' };

/** How long every refusal takes at least, so that the time does not tell a wrong password from a blocked address. */
export const REFUSAL_MS = 300;

/** Who it is, if the password is right, the code is where one is asked for, and nothing keeps the login out. */
export async function attempt(world: LoginWorld, login: Attempt): Promise<Verdict> {
  const least = world.sleep?.(REFUSAL_MS);
  const verdict = await decide(world, login);
  if ('problem' in verdict) await least;
  return verdict;
}

/** Somebody who is blocked does not have a password checked: it costs the machine more than the sender. */
function decide(world: LoginWorld, login: Attempt): Promise<Verdict> {
  return guardedAttempts.attempt(world, login, {
    refused: DENIED,
    judge: (context, isRight) => judge(context, login, isRight),
  });
}

async function judge(
  context: LoginWorld & { readonly db: Db },
  login: Attempt,
  isRight: boolean,
): Promise<guardedAttempts.Judged<Verdict>> {
  const caller = isRight ? await findCaller(context.db, login.user) : undefined;
  if (caller === undefined) return { outcome: 'password', result: DENIED };
  const factor = await checkSecondFactor(context, login);
  if (!('problem' in factor)) return { outcome: 'right', result: { caller, ...factor } };
  // Somebody who sends no code yet has done nothing wrong.
  return { outcome: factor.problem === 'tfa_invalid' ? 'code' : 'neither', result: factor };
}

/**
 * Root and resellers may log in here; the owners of other accounts have nothing to do here. The password was this
 * machine's: it says nothing of another server's user of that name.
 */
async function findCaller(db: Db, user: string): Promise<Caller | undefined> {
  if (user !== 'root' && (await accounts.find(db, user))?.server !== db.server) return undefined;
  try {
    return await callerOf(db, user);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

export type Factor =
  | { readonly authentication: string; readonly warnings: readonly string[] }
  | Extract<Verdict, { problem: string }>;

async function checkSecondFactor(context: LoginWorld & { readonly db: Db }, login: Attempt): Promise<Factor> {
  const { db } = context;
  const { user, code } = login;
  if (!(await tfa.isPolicyEnabled(db)) || !(await tfa.isEnrolled(db, user))) {
    return { authentication: 'password', warnings: [] };
  }
  if (code === '') {
    return {
      problem: 'tfa_required',
      reason: 'The code that the authenticator app shows is required too.',
    };
  }
  return checkCode(context, user, code);
}

/** A code of the app, or a recovery code, of a user with two-factor authentication. It is used up. */
export async function checkCode(
  context: LoginWorld & { readonly db: Db },
  user: string,
  code: string,
): Promise<Factor> {
  if (recoveryCodes.isRecoveryCode(code)) return checkRecoveryCode(context, user, code);
  if (!/^\d{3} ?\d{3}$/.test(code))
    return { problem: 'tfa_invalid', reason: 'The security code is invalid.' };
  try {
    await tfaCodes.verify(context, user, code.replace(' ', ''));
    return { authentication: 'password and code', warnings: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { problem: 'tfa_invalid', reason: error.message };
  }
}

async function checkRecoveryCode(
  context: LoginWorld & { readonly db: Db },
  user: string,
  code: string,
): Promise<Factor> {
  if (!(await recoveryCodes.use(context, user, code))) {
    return { problem: 'tfa_invalid', reason: 'The recovery code is invalid or was already used.' };
  }
  const left = await recoveryCodes.countLeft(context.db, user);
  return {
    authentication: `password and recovery code, ${left} left`,
    warnings: [`You logged in with a recovery code. ${left} are left. Create new ones before you run out.`],
  };
}
