// Generates random texts in which all characters are equally likely, for tokens, links and hashes.
import type { Context } from '../../core/context.ts';

export const CAPITALS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const DIGITS = '0123456789';
export const HEXADECIMAL = '0123456789abcdef';
/** 64 characters that URLs can contain without encoding. */
export const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/** Returns `length` random characters of an alphabet, which has at most 256 characters. */
export async function randomText(
  randomBytes: Context['randomBytes'],
  alphabet: string,
  length: number,
): Promise<string> {
  // Larger bytes are skipped: they belong to an incomplete round of the alphabet and would favour its first characters.
  const usable = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of await randomBytes(length)) {
      if (byte < usable && text.length < length) text += alphabet[byte % alphabet.length] ?? '';
    }
  }
  return text;
}
