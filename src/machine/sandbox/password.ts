// Passwords of the sandbox: scrypt in the `$7$` format of crypt(5), so that libxcrypt can read the shadow file too.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { digits, encode, number } from '../crypt-digits.ts';

/** The parameters of scrypt (RFC 7914, section 2). */
export interface PasswordCost {
  /** N is 2 to this power. */
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** One of OWASP's equivalent choices: the one with the least memory (16 MiB). */
export const PASSWORD_COST: PasswordCost = { log2N: 14, r: 8, p: 5 };

const derive = promisify<string, string, number, { N: number; r: number; p: number }, Buffer>(scrypt);

export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  return hashWith(password, settingOf(cost, encode(randomBytes(16))));
}

/**
 * Returns false for a field that is locked or contains no hash of this kind, and takes the same time for it.
 * @param cost the cost of stored passwords. Each hash is compared with its own cost.
 */
export async function isPasswordOf(password: string, field: string, cost: PasswordCost): Promise<boolean> {
  const setting = /^\$7\$[./0-9A-Za-z]{11,}\$/.exec(field)?.[0];
  const hash = await hashWith(password, setting ?? settingOf(cost, 'decoy'));
  const [given, stored] = [Buffer.from(hash), Buffer.from(field)];
  return setting !== undefined && given.length === stored.length && timingSafeEqual(given, stored);
}

function settingOf({ log2N, r, p }: PasswordCost, salt: string): string {
  return `$7$${digits(log2N, 1)}${digits(r, 5)}${digits(p, 5)}${salt}$`;
}

/** `setting` ends with the salt and a dollar sign. The salt is used without decoding. */
async function hashWith(password: string, setting: string): Promise<string> {
  const cost = {
    N: 2 ** number(setting.slice(3, 4)),
    r: number(setting.slice(4, 9)),
    p: number(setting.slice(9, 14)),
  };
  return setting + encode(await derive(password, setting.slice(14, -1), 32, cost));
}
