// Passwords of the sandbox: scrypt in the `$7$` format of crypt(5), so that libxcrypt can read the shadow file too.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

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

/** Six bits per digit, the lowest first; three bytes at a time. */
function encode(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3);
    const value = group.reduce((sum, byte, place) => sum + byte * 256 ** place, 0);
    text += digits(value, Math.ceil((group.length * 8) / 6));
  }
  return text;
}

function digits(value: number, count: number): string {
  return Array.from({ length: count }, (_, at) => DIGITS[Math.floor(value / 64 ** at) % 64]).join('');
}

function number(text: string): number {
  return Array.from(text).reduce((sum, digit, at) => sum + DIGITS.indexOf(digit) * 64 ** at, 0);
}
