// Quotes untrusted values in reasons and warnings.

/**
 * Characters that a terminal or an editor interprets instead of showing them: C0 and C1 controls, line separators, and
 * the invisible characters of Unicode's general category Cf, some of which change the direction of writing.
 */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** “value”, on one line and at most 80 characters long. Invisible characters are shown as `\x1b` or `\u202e`. */
export function quote(value: string): string {
  const visible = value.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xffff) return `\\u{${code.toString(16)}}`;
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return visible.length > 80 ? `“${visible.slice(0, 79).toWellFormed()}…”` : `“${visible}”`;
}

/** `a`, `a or b`, `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
