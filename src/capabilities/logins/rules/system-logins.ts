// The second factor of logins to the system itself: SSH, su and sudo. PAM has checked the first factor. The codes, their
// replay protection and the brute-force protection are the same as those of logins to the page.
import type { Db } from '../../../core/context.ts';
import * as bruteForce from './brute-force/brute-force.ts';
import { requirementOf, type Requirement } from './system-login-rules.ts';
import * as guardedAttempts from './guarded-attempts.ts';
import { checkCode, type LoginDependencies } from './logins.ts';

export interface SystemLogin {
  /** The user whose login it is: for su the target user, for sudo the calling user. */
  readonly user: string;
  /** The name of the PAM service, such as `sshd`. */
  readonly service: string;
  /** The client’s IP address. Undefined if there is no client. */
  readonly address: string | undefined;
}

export type SystemVerdict =
  | { readonly authentication: string; readonly warnings: readonly string[] }
  | { readonly problem: 'denied' | 'tfa_required' | 'tfa_invalid'; readonly reason: string };

/** The address that a login without a client is recorded with. */
export const OWN_ADDRESS = '127.0.0.1';

const DENIED: SystemVerdict = { problem: 'denied', reason: 'The login is refused.' };

/** The form in which the brute-force protection knows the login. */
const subjectOf = ({ user, service, address }: SystemLogin) => ({
  ...{ user, authentication: service, password: undefined },
  address: address ?? OWN_ADDRESS,
  isWithoutClient: address === undefined,
});

/**
 * Returns what the login needs besides its first factor. A blocked login needs a code like others, so that the client
 * does not learn about the block. `check` then refuses it.
 */
export async function requirementFor(
  context: bruteForce.BruteForceContext,
  login: SystemLogin,
): Promise<Requirement> {
  const requirement = await requirementOf(context.db, login.user, login.address);
  if (requirement !== 'none') return requirement;
  return (await bruteForce.check(context, subjectOf(login))) === undefined ? 'none' : 'code';
}

/** Accepts or refuses the login. A right code is used up. Every refusal takes at least 300 ms. */
export async function check(
  dependencies: LoginDependencies,
  login: SystemLogin,
  code: string,
): Promise<SystemVerdict> {
  const least = dependencies.sleep?.(guardedAttempts.REFUSAL_MS);
  const verdict = await guardedAttempts.attempt<SystemVerdict>(dependencies, subjectOf(login), {
    refused: DENIED,
    judge: (context) => judge(context, login, code),
  });
  if ('problem' in verdict) await least;
  return verdict;
}

async function judge(
  context: LoginDependencies & { readonly db: Db },
  { user, service, address }: SystemLogin,
  code: string,
): Promise<guardedAttempts.Judged<SystemVerdict>> {
  const requirement = await requirementOf(context.db, user, address);
  // Not “right”: without a code, failures of this user and address are not forgiven.
  if (requirement === 'none') return neither({ authentication: service, warnings: [] });
  if (requirement === 'set-up') return neither({ problem: 'tfa_required', reason: setUpSentence(user) });
  if (code === '') return neither({ problem: 'tfa_required', reason: 'The security code is required.' });
  const factor = await checkCode(context, user, code);
  if ('problem' in factor) return { outcome: 'code', result: factor };
  return { outcome: 'right', result: { ...factor, authentication: `${service}: ${factor.proof}` } };
}

function neither(result: SystemVerdict): guardedAttempts.Judged<SystemVerdict> {
  return { outcome: 'neither', result };
}

/** For the user, who has passed the first factor. */
export function setUpSentence(user: string): string {
  return `Two-factor authentication is required, but “${user}” has not set it up. Set it up on the server’s page first.`;
}
