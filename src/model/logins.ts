// A login with a password, and with a second factor where the user has one: the rules, whichever way it comes in.
import type { Caller, Db, Host, Sealer } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import * as accounts from './accounts.ts';
import * as bruteForce from './brute-force.ts';
import { callerOf } from './callers.ts';
import * as recoveryCodes from './recovery-codes.ts';
import * as tfaCodes from './tfa-codes.ts';
import * as tfa from './tfa.ts';

/** What a login works with. Passwords are checked outside of any transaction: it takes a while, on purpose. */
export interface LoginWorld {
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  readonly host: Host;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
  readonly sha256: (text: string) => Promise<Uint8Array>;
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

async function decide(world: LoginWorld, login: Attempt): Promise<Verdict> {
  const { user, password } = login;
  const blocked = await world.transaction((db) => bruteForce.check({ ...world, db }, login));
  // A password is dear to check, on purpose: who is blocked shall not keep the machine busy with it.
  const isRight = blocked === undefined && (await (await world.host.users()).verifyPassword(user, password));
  const { verdict, reactions } = await world.transaction((db) => judge({ ...world, db }, login, isRight));
  const problems = await bruteForce.react(world.host, reactions);
  for (const problem of problems) world.report?.(problem);
  return verdict;
}

/** What the login comes to, and what is to be done about blocks that it brought. */
async function judge(
  context: LoginWorld & { readonly db: Db },
  login: Attempt,
  isRight: boolean,
): Promise<{ verdict: Verdict; reactions: readonly bruteForce.Reaction[] }> {
  const { user, password, address } = login;
  const subject = { user, address };
  // In the transaction that accepts, since many guesses may come at once.
  if ((await bruteForce.check(context, subject)) !== undefined) return { verdict: DENIED, reactions: [] };
  const caller = isRight ? await findCaller(context.db, user) : undefined;
  if (caller === undefined) {
    return { verdict: DENIED, reactions: await bruteForce.recordFailure(context, { ...subject, password }) };
  }
  const factor = await checkSecondFactor(context, login);
  if ('problem' in factor) {
    // Whoever sends no code yet has done nothing wrong.
    const isWrong = factor.problem === 'tfa_invalid';
    return { verdict: factor, reactions: isWrong ? await bruteForce.recordFailure(context, subject) : [] };
  }
  await bruteForce.recordSuccess(context, subject);
  return { verdict: { caller, ...factor }, reactions: [] };
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
      reason: 'The code that the authenticator app shows is needed as well.',
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
    return { problem: 'tfa_invalid', reason: 'The recovery code is invalid, or was used before.' };
  }
  const left = await recoveryCodes.countLeft(context.db, user);
  return {
    authentication: `password and recovery code, ${left} left`,
    warnings: [
      `You logged in with a recovery code; ${left} are left. Make new ones before they are used up.`,
    ],
  };
}
