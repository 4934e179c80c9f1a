// Recovery codes: each replaces one code of the authenticator app, once.
import type { Db } from '../../../core/context.ts';
import { generateSecret } from './totp.ts';

const COUNT = 10;
/** Sixteen characters of Base32 in lower case, without the separators between groups. */
const SHAPE = /^[a-z2-7]{16}$/;

interface Dependencies {
  readonly db: Db;
  readonly sha256: (text: string) => Promise<Uint8Array>;
}

/** Generates ten new codes such as `abcd-efgh-ijkl-mnop` (80 random bits each). They replace all older codes. */
export async function renew(
  {
    db,
    sha256,
    randomBytes,
  }: Dependencies & { readonly randomBytes: (count: number) => Promise<Uint8Array> },
  user: string,
): Promise<string[]> {
  await removeAll(db, user);
  const codes: string[] = [];
  for (let made = 0; made < COUNT; made++) {
    const letters = (await generateSecret(16, randomBytes)).toLowerCase();
    await db.run(
      'INSERT INTO recovery_code (username, code_hash) VALUES (?, ?)',
      user,
      await sha256(letters),
    );
    codes.push(letters.match(/.{4}/g)?.join('-') ?? letters);
  }
  return codes;
}

/** True if the text has the form of a recovery code, not of an app's code. */
export function isRecoveryCode(text: string): boolean {
  return SHAPE.test(plain(text));
}

/** Redeems a code. Returns false if the user has no such code. */
export async function use({ db, sha256 }: Dependencies, user: string, code: string): Promise<boolean> {
  const used = await db.run(
    'DELETE FROM recovery_code WHERE username = ? AND code_hash = ?',
    user,
    await sha256(plain(code)),
  );
  return used > 0;
}

export async function countLeft(db: Db, user: string): Promise<number> {
  const row = await db.get<{ count: number }>(
    'SELECT count(*) AS count FROM recovery_code WHERE username = ?',
    user,
  );
  return row?.count ?? 0;
}

export async function removeAll(db: Db, user: string): Promise<void> {
  await db.run('DELETE FROM recovery_code WHERE username = ?', user);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s-]/g, '');
}
