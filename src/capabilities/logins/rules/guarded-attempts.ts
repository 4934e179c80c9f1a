// One attempt to log in or to confirm a session, under the brute-force protection. The attempt is counted as a failure
// before the password is checked, and the failure is removed if the attempt was right. Attempts that are sent at once,
// on one or many connections or to several servers of one store, can therefore never exceed the limits.
import type { Db } from '../../../core/context.ts';
import * as bruteForce from './brute-force/brute-force.ts';
import type { LoginDependencies } from './logins.ts';

/**
 * The minimum duration of every rejection, so that the duration does not distinguish a wrong password from a blocked
 * address.
 */
export const REFUSAL_MS = 300;

export interface Subject extends bruteForce.Login {
  /** Undefined if a code is checked instead of a password. */
  readonly password: string | undefined;
  /** The program that requested the login. Default: this server. */
  readonly authentication?: string;
}

/**
 * The outcome of an attempt. Only `password` and `code` are failures. `neither` is a login that still lacks its code.
 */
export type Outcome = 'right' | 'password' | 'code' | 'neither';

export interface Judged<Result> {
  readonly outcome: Outcome;
  readonly result: Result;
}

interface Work<Result> {
  /** The result if the login is not allowed. */
  readonly refused: Result;
  /** True if the password is right. Default: whether it is the one of the machine’s user. */
  readonly check?: () => Promise<boolean>;
  /** Runs in the transaction that accepts or rejects the attempt. `isRight`: whether the password is right. */
  readonly judge: (
    context: LoginDependencies & { readonly db: Db },
    isRight: boolean,
  ) => Promise<Judged<Result>>;
}

/**
 * While other attempts from the address use up its limit, this attempt waits, because they may turn out to be right.
 */
const POLL_MS = 50;
/** Each poll waits twice as long as the one before, so that many attempts do not keep the store busy. */
const MAX_POLL_MS = 800;
const MAX_WAIT_MS = 5000;

export async function attempt<Result>(
  dependencies: LoginDependencies,
  subject: Subject,
  work: Work<Result>,
): Promise<Result> {
  const inTurn = dependencies.inTurn ?? ((_address, action) => action());
  return inTurn(subject.address, () => attemptInTurn(dependencies, subject, work));
}

async function attemptInTurn<Result>(
  dependencies: LoginDependencies,
  subject: Subject,
  work: Work<Result>,
): Promise<Result> {
  const reserved = await reserve(dependencies, subject);
  if (reserved === undefined) return work.refused;
  const least = dependencies.sleep?.(REFUSAL_MS);
  let isRight = false;
  try {
    isRight =
      subject.password !== undefined &&
      (await checkPassword(
        dependencies,
        subject.address,
        work.check ?? own(dependencies, subject.user, subject.password),
      ));
  } catch (error) {
    await dependencies.transaction((db) => bruteForce.release(db, reserved));
    throw error;
  }
  const { result, reactions, outcome } = await dependencies.transaction((db) =>
    settle({ ...dependencies, db }, subject, work, { reserved, isRight }),
  );
  for (const problem of await bruteForce.react(dependencies.machine, reactions))
    dependencies.report?.(problem);
  // The address's next attempt has to wait for this one. The wait must be equally long whether or not the user exists.
  if (outcome === 'password') await least;
  return result;
}

/** Returns undefined if the login is not allowed. */
async function reserve(
  dependencies: LoginDependencies,
  subject: Subject,
): Promise<bruteForce.Reserved | undefined> {
  for (let waited = 0, pause = POLL_MS; waited < MAX_WAIT_MS; waited += pause) {
    const reserved = await dependencies.transaction((db) =>
      bruteForce.reserve({ ...dependencies, db }, subject),
    );
    if (reserved !== 'busy') return reserved;
    await dependencies.sleep?.(pause);
    pause = Math.min(2 * pause, MAX_POLL_MS);
  }
  return undefined;
}

function own({ machine }: LoginDependencies, user: string, password: string): () => Promise<boolean> {
  return async () => (await machine.users()).verifyPassword(user, password);
}

async function checkPassword(
  { checking }: LoginDependencies,
  address: string,
  check: () => Promise<boolean>,
): Promise<boolean> {
  return checking === undefined ? check() : checking(address, check);
}

async function settle<Result>(
  context: LoginDependencies & { readonly db: Db },
  subject: Subject,
  work: Work<Result>,
  { reserved, isRight }: { readonly reserved: bruteForce.Reserved; readonly isRight: boolean },
): Promise<{ result: Result; outcome: Outcome; reactions: readonly bruteForce.Reaction[] }> {
  const { db } = context;
  // Checked again, because another process may have blocked the address meanwhile.
  if ((await bruteForce.check(context, subject)) !== undefined) {
    await bruteForce.release(db, reserved);
    return { result: work.refused, outcome: 'neither', reactions: [] };
  }
  const { outcome, result } = await work.judge(context, isRight);
  if (outcome === 'password' || outcome === 'code') {
    const failure = outcome === 'password' ? subject : { ...subject, password: undefined };
    return { result, outcome, reactions: await bruteForce.recordFailure(context, failure, reserved) };
  }
  await bruteForce.release(db, reserved);
  if (outcome === 'right') await bruteForce.recordSuccess(context, subject);
  return { result, outcome, reactions: [] };
}
