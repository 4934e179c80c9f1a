// Texts of random characters, each as likely as every other: tokens, and what links and hashes are made of.
import type { Context } from '../core/context.ts';

export const CAPITALS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const DIGITS = '0123456789';
export const HEXADECIMAL = '0123456789abcdef';
/** 64 characters that a URL takes as they are. */
export const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/** `length` characters of the alphabet, which has at most 256. */
export async function randomText(
  randomBytes: Context['randomBytes'],
  alphabet: string,
  length: number,
): Promise<string> {
  // Bytes from the last, incomplete round of the alphabet would favour its first characters: they are left out.
  const usable = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of await randomBytes(length)) {
      if (byte < usable && text.length < length) text += alphabet[byte % alphabet.length] ?? '';
    }
  }
  return text;
}
