// A login of a user with an identity that a provider has confirmed. The second factor, the brute-force protection and
// the rules of who may log in are the same as for a password.
import type { Caller, Db } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import * as bruteForce from '../brute-force/brute-force.ts';
import { callerAt, type LoginService } from '../callers.ts';
import * as guardedAttempts from '../guarded-attempts.ts';
import { checkSecondFactor, DENIED, type LoginDependencies, type Verdict } from '../logins.ts';
import * as links from './links.ts';
import type { LinkedIdentity } from './links.ts';
import * as providers from './providers.ts';

/** True if this client may log in at all, before a user is known. */
export async function isBlocked(dependencies: LoginDependencies, address: string): Promise<boolean> {
  const refusal = await dependencies.transaction((db) =>
    bruteForce.check({ ...dependencies, db }, { user: '', address }),
  );
  return refusal !== undefined;
}

export interface IdentityAttempt {
  readonly service: LoginService;
  readonly identity: LinkedIdentity;
  readonly user: string;
  /** A code of the authenticator app, or a recovery code. Empty if none was sent. */
  readonly code: string;
  readonly address: string;
}

/** Returns the caller if the identity is linked to the user, and the code is right if one is required. */
export async function attempt(dependencies: LoginDependencies, login: IdentityAttempt): Promise<Verdict> {
  const least = dependencies.sleep?.(guardedAttempts.REFUSAL_MS);
  const { service, user, address } = login;
  const verdict = await guardedAttempts.attempt<Verdict>(
    dependencies,
    { user, address, password: undefined, authentication: service },
    { refused: DENIED, judge: (context) => judge(context, login) },
  );
  if ('problem' in verdict) await least;
  return verdict;
}

async function judge(
  context: LoginDependencies & { readonly db: Db },
  { service, identity, user, code }: IdentityAttempt,
): Promise<guardedAttempts.Judged<Verdict>> {
  const { db } = context;
  const isLinked = (await links.usersOf(db, identity)).includes(user);
  const enabled = await providers.find(db, identity.provider, service);
  const isEnabled = enabled?.isEnabled === true && enabled.issuer === identity.issuer;
  const caller = isLinked && isEnabled ? await findCaller(db, service, user) : undefined;
  // Nothing was guessed: the provider has confirmed the identity.
  if (caller === undefined) return { outcome: 'neither', result: refusals[service] };
  const factor = await checkSecondFactor(context, { user, code }, authenticationBy(identity));
  if (!('problem' in factor)) return { outcome: 'right', result: { caller, ...factor } };
  return { outcome: factor.problem === 'tfa_invalid' ? 'code' : 'neither', result: factor };
}

const refusals: Readonly<Record<LoginService, Verdict>> = {
  whostmgrd: {
    problem: 'denied',
    reason: 'This identity may not log in here: its user is suspended, or is neither root nor a reseller.',
  },
  cpaneld: {
    problem: 'denied',
    reason: 'This identity may not log in here: its user is suspended, or is no account of this server.',
  },
  webmaild: {
    problem: 'denied',
    reason:
      'This identity may not log in here: its user is suspended, has no webmail, or is no account of this server.',
  },
};

/** The users of an identity who can log in to the service. If none of them can, all of them. */
export async function usersAt(db: Db, service: LoginService, identity: LinkedIdentity): Promise<string[]> {
  const users = await links.usersOf(db, identity);
  const able: string[] = [];
  for (const user of users) if ((await findCaller(db, service, user)) !== undefined) able.push(user);
  return able.length > 0 ? able : users;
}

/** The same store has the same users on every server. */
async function findCaller(db: Db, service: LoginService, user: string): Promise<Caller | undefined> {
  try {
    return await callerAt(db, service, user);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** For sessions and the audit log. */
export function authenticationBy({ provider }: Pick<LinkedIdentity, 'provider'>): string {
  return `identity provider ${provider}`;
}
