// Passwords of protected directories, as Apache checks them: bcrypt.
import { encodeBase64, hash } from 'bcryptjs';
import type { Context } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';

/** Apache checks the password in each request, so a higher cost would slow down every picture of a page. */
const COST = '08';
const SALT_BYTES = 16;
/** bcrypt ignores the rest. */
const MAX_BYTES = 72;

/** @throws ApiError `bad_param` for a password that is too long. */
export async function hashed(
  { randomBytes }: Pick<Context, 'randomBytes'>,
  password: string,
): Promise<string> {
  if (new TextEncoder().encode(password).length > MAX_BYTES) {
    throw badParam(
      `The password should be at most ${MAX_BYTES} bytes long. Characters outside ASCII take two or more bytes.`,
    );
  }
  const salt = encodeBase64([...(await randomBytes(SALT_BYTES))], SALT_BYTES);
  const text = await hash(password, `$2b$${COST}$${salt}`);
  // The same algorithm, by the name that Apache's own tools use.
  return text.replace(/^\$2b\$/, '$2y$');
}
