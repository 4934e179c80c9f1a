// A login with a password and, if the user has set it up, a second factor. These rules apply to every kind of login.
import type { Caller, Db, Sealer } from '../../../core/context.ts';
import type { Machine } from '../../../core/machine.ts';
import { ApiError } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { callerAt, type LoginService } from './callers.ts';
import * as guardedAttempts from './guarded-attempts.ts';
import * as recoveryCodes from '../../two-factor/rules/recovery-codes.ts';
import * as tfaCodes from '../../two-factor/rules/codes.ts';
import * as tfa from '../../two-factor/rules/tfa.ts';
import type { SessionMailbox } from './sessions.ts';

/** The dependencies of a login. Passwords are checked outside transactions, because that is slow by design. */
export interface LoginDependencies {
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  readonly machine: Machine;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
  /** Runs `work` when no other work of this kind is running for the address. */
  readonly inTurn?: <T>(address: string, work: () => Promise<T>) => Promise<T>;
  /** Runs an expensive check when there is capacity for it. */
  readonly checking?: <T>(address: string, check: () => Promise<T>) => Promise<T>;
  /** Reports to the operator that a block could not be enforced. */
  readonly report?: (problem: string) => void;
}

export interface Attempt {
  readonly service: LoginService;
  readonly user: string;
  readonly password: string;
  /** A code of the authenticator app, or a recovery code. Empty if none was sent. */
  readonly code: string;
  readonly address: string;
}

export type Verdict =
  | {
      readonly caller: Caller;
      readonly authentication: string;
      readonly warnings: readonly string[];
      readonly mailbox?: SessionMailbox | undefined;
    }
  | { readonly problem: 'denied' | 'tfa_required' | 'tfa_invalid'; readonly reason: string };

export const DENIED = { problem: 'denied', reason: 'The login is invalid.' } as const satisfies Verdict;

/** Returns the caller if the password is right, the code is right if one is required, and the login is not blocked. */
export async function attempt(dependencies: LoginDependencies, login: Attempt): Promise<Verdict> {
  return atLeast(dependencies, () => decide(dependencies, login));
}

/** Gives every rejection its minimum duration. */
export async function atLeast(
  { sleep }: Pick<LoginDependencies, 'sleep'>,
  decided: () => Promise<Verdict>,
): Promise<Verdict> {
  const least = sleep?.(guardedAttempts.REFUSAL_MS);
  const verdict = await decided();
  if ('problem' in verdict) await least;
  return verdict;
}

/** The password is not checked for a blocked client, because that costs the machine more than the client. */
function decide(dependencies: LoginDependencies, login: Attempt): Promise<Verdict> {
  const { service, user, password, address } = login;
  const subject = { user, password, address, authentication: service };
  return guardedAttempts.attempt(dependencies, subject, {
    refused: DENIED,
    judge: (context, isRight) => judge(context, login, isRight),
  });
}

async function judge(
  context: LoginDependencies & { readonly db: Db },
  login: Attempt,
  isRight: boolean,
): Promise<guardedAttempts.Judged<Verdict>> {
  const caller = isRight ? await findCaller(context.db, login) : undefined;
  if (caller === undefined) return { outcome: 'password', result: DENIED };
  const factor = await checkSecondFactor(context, login);
  if (!('problem' in factor)) return { outcome: 'right', result: { caller, ...factor } };
  // A client that has sent no code yet is not at fault.
  return { outcome: factor.problem === 'tfa_invalid' ? 'code' : 'neither', result: factor };
}

/**
 * Only root and resellers may log in to WHM, and only accounts to their interface. The password was checked on this
 * machine, so it does not authenticate a user of another server with the same name.
 */
async function findCaller(
  db: Db,
  { service, user }: Pick<Attempt, 'service' | 'user'>,
): Promise<Caller | undefined> {
  if (user !== 'root' && (await accounts.find(db, user))?.server !== db.server) return undefined;
  try {
    return await callerAt(db, service, user);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

export type Factor =
  | { readonly authentication: string; readonly warnings: readonly string[] }
  | Extract<Verdict, { problem: string }>;

/** @param first how the user was authenticated so far. */
export async function checkSecondFactor(
  context: LoginDependencies & { readonly db: Db },
  { user, code }: Pick<Attempt, 'user' | 'code'>,
  first = 'password',
): Promise<Factor> {
  const { db } = context;
  if (!(await tfa.isPolicyEnabled(db)) || !(await tfa.isEnrolled(db, user))) {
    return { authentication: first, warnings: [] };
  }
  if (code === '') {
    return {
      problem: 'tfa_required',
      reason: 'The code that the authenticator app shows is required too.',
    };
  }
  const checked = await checkCode(context, user, code);
  if ('problem' in checked) return checked;
  return { authentication: `${first} and ${checked.proof}`, warnings: checked.warnings };
}

/** `proof` names what was accepted: `code`, or `recovery code, 9 left`. */
export type CheckedCode =
  | { readonly proof: string; readonly warnings: readonly string[] }
  | { readonly problem: 'tfa_invalid'; readonly reason: string };

/** Checks a code of the app, or a recovery code, of a user with two-factor authentication. The code is then used up. */
export async function checkCode(
  context: LoginDependencies & { readonly db: Db },
  user: string,
  code: string,
): Promise<CheckedCode> {
  if (recoveryCodes.isRecoveryCode(code)) return checkRecoveryCode(context, user, code);
  if (!/^\d{3} ?\d{3}$/.test(code))
    return { problem: 'tfa_invalid', reason: 'The security code is invalid.' };
  try {
    await tfaCodes.verify(context, user, code.replace(' ', ''));
    return { proof: 'code', warnings: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { problem: 'tfa_invalid', reason: error.message };
  }
}

async function checkRecoveryCode(
  context: LoginDependencies & { readonly db: Db },
  user: string,
  code: string,
): Promise<CheckedCode> {
  if (!(await recoveryCodes.use(context, user, code))) {
    return { problem: 'tfa_invalid', reason: 'The recovery code is invalid or was already used.' };
  }
  const left = await recoveryCodes.countLeft(context.db, user);
  return {
    proof: `recovery code, ${left} left`,
    warnings: [`You logged in with a recovery code. ${left} are left. Create new ones before you run out.`],
  };
}
