// Checks the strength of new passwords.
import type { Context } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { isPassword } from '../../../core/machine-values.ts';
import { minimumOf, type Application } from './minimums.ts';

/** How a password is rated. */
export type Rating = Pick<Context, 'passwordStrength'>;

/** A new password. crypt(3) accepts at most 511 bytes. */
export const password = {
  type: 'string',
  sensitive: true,
  maxLength: 511,
  doc: 'The password. To keep it out of the process list, use --file password=PATH.',
} as const satisfies Param;

/**
 * Rates a password before a transaction begins, because other changes would wait for it meanwhile.
 * @returns the same for `assertStrong`. Another password, or other known words, are rated when it is called.
 */
export async function rateFirst(
  { passwordStrength }: Rating,
  candidate: string,
  known: readonly string[],
): Promise<Rating> {
  if (!isPassword(candidate)) return { passwordStrength };
  const strength = await passwordStrength(candidate, known);
  return {
    passwordStrength: async (other, words) =>
      other === candidate && words.join('\n') === known.join('\n')
        ? strength
        : passwordStrength(other, words),
  };
}

/** The same context for a handler, with the rating from before its transaction. */
export function withRating<C extends Rating>(context: C, { passwordStrength }: Rating): C {
  return Object.create(context, { passwordStrength: { value: passwordStrength } }) as C;
}

/** @throws ApiError `weak_password`; `bad_param` for a password that the machine does not accept. */
export async function assertStrong(
  { db, passwordStrength }: Pick<Context, 'db' | 'passwordStrength'>,
  candidate: string,
  known: readonly string[],
  application: Application,
): Promise<void> {
  if (!isPassword(candidate)) {
    throw badParam(
      'The password should be at most 511 bytes long. Characters outside ASCII take two or more bytes.',
    );
  }
  const least = await minimumOf(db, application);
  const strength = await passwordStrength(candidate, known);
  if (strength >= least) return;
  throw new ApiError(
    'weak_password',
    `The password is too weak: its strength is ${strength} of 100, and this server requires ${least}. ` +
      'Use a longer one, such as four unusual words.',
  );
}
