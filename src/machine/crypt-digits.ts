// The digits of crypt(5): six bits each, in the order of the alphabet that passwords have had since the first UNIX.

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Six bits per digit, the lowest first; three bytes at a time. */
export function encode(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3);
    const value = group.reduce((sum, byte, place) => sum + byte * 256 ** place, 0);
    text += digits(value, Math.ceil((group.length * 8) / 6));
  }
  return text;
}

export function digits(value: number, count: number): string {
  return Array.from({ length: count }, (_, at) => DIGITS[Math.floor(value / 64 ** at) % 64]).join('');
}

export function number(text: string): number {
  return Array.from(text).reduce((sum, digit, at) => sum + DIGITS.indexOf(digit) * 64 ** at, 0);
}
