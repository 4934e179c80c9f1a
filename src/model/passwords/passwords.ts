// Checks the strength of new passwords.
import type { Context } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import { isPassword } from '../../core/machine-values.ts';
import { minimumOf, type Application } from './minimums.ts';

/** A new password. crypt(3) accepts at most 511 bytes. */
export const password = {
  type: 'string',
  sensitive: true,
  maxLength: 511,
  doc: 'The password. To keep it out of the process list, use --file password=PATH.',
} as const satisfies Param;

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
