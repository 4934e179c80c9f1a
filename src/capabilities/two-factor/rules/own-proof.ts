// What an account proves before an API token weakens its second factor. Otherwise, whoever finds a token could remove the
// second factor that keeps others out with a known password. A session confirms in another way (`assertConfirmed`).
import type { Caller, FreeContext } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { tfaCode } from '../../../core/params.ts';
import { ownPassword } from '../../notify/rules/contact-form.ts';
import * as codes from './codes.ts';
import type { TfaContext } from './tfa.ts';

/** The parameters of the proof: one of them is enough. */
export const proofParams = {
  tfa_token: {
    type: 'string',
    sensitive: true,
    pattern: tfaCode.pattern,
    doc: 'The six digits that the authenticator app shows now. With an API token, this or “password” is required.',
    extension: true,
  },
  password: {
    type: 'string',
    sensitive: true,
    maxLength: ownPassword.maxLength,
    doc: 'The password of the account, instead of a code. Wrong ones count as failed logins.',
    extension: true,
  },
} as const satisfies Record<string, Param>;

interface Proof {
  readonly tfa_token?: string | undefined;
  readonly password?: string | undefined;
}

/** For the look of a function. @throws ApiError `bad_param` if a password was sent that is wrong. */
export async function checkPassword({ password }: Proof, { assertOwnPassword }: FreeContext): Promise<void> {
  if (password !== undefined) await assertOwnPassword('password', password);
}

/**
 * For an account that is enrolled, after `checkPassword`. A code that was sent is checked in any case.
 * @throws ApiError `bad_param` if a token sent no proof; `tfa_invalid`, `tfa_replayed`, `tfa_locked`. `action` completes “to …”.
 */
export async function assertProven(
  context: TfaContext & { readonly caller: Caller },
  { tfa_token: code, password }: Proof,
  action: string,
): Promise<void> {
  const { caller } = context;
  if (code !== undefined) return codes.verify(context, caller.user, code.replace(' ', ''));
  if (password !== undefined || caller.isToken !== true) return;
  throw badParam(
    `With an API token, the parameter “tfa_token” (the code that the authenticator app shows now) or “password” (the ` +
      `password of the account) is required to ${action}.`,
  );
}

/** The same where the code proves something else, after `checkPassword`. @throws ApiError `bad_param`. */
export function assertPasswordSent(caller: Caller, { password }: Proof, action: string): void {
  if (password !== undefined || caller.isToken !== true) return;
  throw badParam(
    `With an API token, the parameter “password” (the password of the account) is required to ${action}.`,
  );
}
