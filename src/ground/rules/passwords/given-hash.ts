// The hash of a password that a caller gives instead of the password, such as one from another server.
import type { Context } from '../../../core/context.ts';
import { isCryptHash, isWeakCryptHash } from '../../../core/crypt-forms.ts';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';

export const HASH_FORMS = '$6$…, $5$…, $y$…, $2y$… or $1$…';

export const passwordHash = {
  type: 'string',
  sensitive: true,
  maxLength: 320,
} as const satisfies Partial<Param>;

/**
 * Returns the hash, and warns of a weak one. Nobody can rate the password.
 * @throws ApiError `bad_param`. The hash is not quoted.
 */
export function readGivenHash({ warn }: Pick<Context, 'warn'>, param: string, given: string): string {
  if (!isCryptHash(given)) {
    throw badParam(
      `The parameter “${param}” should be a whole hash in a form of crypt(5): ${HASH_FORMS}, with at most 999,999 ` +
        'rounds, or the cost 13 for $2y$.',
    );
  }
  if (isWeakCryptHash(given)) {
    warn(
      'The hash is MD5 ($1$), which is fast to guess: whoever sees it finds the password soon. Set a new password.',
    );
  }
  return given;
}
