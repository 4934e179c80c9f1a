// How strong a password has to be.
import type { Db } from '../core/context.ts';
import type { Param } from '../core/define.ts';
import { ApiError } from '../core/errors.ts';

/** A new password. The most that crypt(3) takes is 511 bytes. */
export const password = {
  type: 'string',
  sensitive: true,
  maxLength: 511,
  doc: 'The password. To keep it out of the process list, give it with --file password=PATH.',
} as const satisfies Param;

/** The setting under which the least strength is stored, and what it is until somebody sets it (as in WHM). */
const MINIMUM = 'minimum_password_strength';
const DEFAULT_MINIMUM = 65;
/** As many guesses as a password of strength 100 takes, as a power of ten. */
const GUESSES_OF_100 = 12;

/**
 * 0 to 100 by the guesses that zxcvbn expects an attacker to need: 100 is 10^12 of them, 65 about 10^8. What is known
 * of the user, such as the name and the domain, is guessed first.
 */
export async function strengthOf(candidate: string, known: readonly string[]): Promise<number> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const estimator = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
  });
  const { guessesLog10 } = estimator.check(candidate, [...known]);
  return Math.max(0, Math.min(100, Math.floor((guessesLog10 / GUESSES_OF_100) * 100)));
}

/** @throws ApiError `weak_password`. */
export async function ensureStrong(db: Db, candidate: string, known: readonly string[]): Promise<void> {
  const row = await db.get<{ value: string }>('SELECT value FROM setting WHERE name = ?', MINIMUM);
  const least = row === undefined ? DEFAULT_MINIMUM : Number(row.value);
  const strength = await strengthOf(candidate, known);
  if (strength >= least) return;
  throw new ApiError(
    'weak_password',
    `The password is too weak: its strength is ${strength} of 100, and this server asks for ${least}. ` +
      'Take a longer one, such as four unusual words.',
  );
}
