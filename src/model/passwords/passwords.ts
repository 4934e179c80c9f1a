// How strong a password has to be.
import type { Context } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import { isPassword } from '../../core/machine-values.ts';
import * as storedSettings from '../packages/stored-settings.ts';

/** A new password. The most that crypt(3) takes is 511 bytes. */
export const password = {
  type: 'string',
  sensitive: true,
  maxLength: 511,
  doc: 'The password. To keep it out of the process list, use --file password=PATH.',
} as const satisfies Param;

/** The setting under which the least strength is stored, and what it is until somebody sets it (as in WHM). */
const MINIMUM = 'minimum_password_strength';
const DEFAULT_MINIMUM = 65;

/** @throws ApiError `weak_password`; `bad_param` for one that the machine cannot have. */
export async function ensureStrong(
  { db, passwordStrength }: Pick<Context, 'db' | 'passwordStrength'>,
  candidate: string,
  known: readonly string[],
): Promise<void> {
  if (!isPassword(candidate)) {
    throw badParam(
      'The password should be at most 511 bytes long. Characters outside ASCII take two or more bytes.',
    );
  }
  const least = Number((await storedSettings.read(db, MINIMUM)) ?? DEFAULT_MINIMUM);
  const strength = await passwordStrength(candidate, known);
  if (strength >= least) return;
  throw new ApiError(
    'weak_password',
    `The password is too weak: its strength is ${strength} of 100, and this server requires ${least}. ` +
      'Use a longer one, such as four unusual words.',
  );
}
