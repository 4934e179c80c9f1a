// An account proves that a call comes from its owner: by its password, as a parameter of a function. A wrong password
// counts as a failed login, so that a stolen session or token cannot be used to guess it.
import type { Origin, OwnedLogin } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { BY_ITS_USER } from './brute-force/brute-force.ts';
import * as guardedAttempts from './guarded-attempts.ts';
import type { LoginDependencies } from './logins.ts';
import { OWN_ADDRESS } from './system-logins.ts';

export interface GivenPassword {
  readonly user: string;
  /** The parameter that contains it. */
  readonly param: string;
  readonly password: string;
  /** Undefined for a call without a client. */
  readonly origin: Origin | undefined;
  /** Default: the one of the user. */
  readonly login?: OwnedLogin | undefined;
}

/**
 * @throws ApiError `bad_param` if it is not the user’s password, or the user or the client is blocked. The reason is the
 * same for all of them.
 */
export async function assertPassword(
  dependencies: LoginDependencies,
  { user, param, password, origin, login: other }: GivenPassword,
): Promise<void> {
  const least = dependencies.sleep?.(guardedAttempts.REFUSAL_MS);
  const isByItsUser = origin === undefined;
  const login = {
    ...{ user: other?.name ?? user, password, authentication: isByItsUser ? BY_ITS_USER : 'cpaneld' },
    address: origin?.address ?? OWN_ADDRESS,
    ...{ isWithoutClient: isByItsUser, isByItsUser },
  };
  const isRight = await guardedAttempts.attempt<boolean>(dependencies, login, {
    refused: false,
    ...(other === undefined ? {} : { check: other.check }),
    judge: async (_context, right) => ({ outcome: right ? 'right' : 'password', result: right }),
  });
  if (isRight) return;
  await least;
  const whose = other === undefined ? `the account “${user}”` : `“${other.name}”`;
  throw badParam(`The parameter “${param}” should be the present password of ${whose}.`);
}
