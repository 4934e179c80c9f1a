// Shows untrusted texts: quoted in reasons and warnings, or whole on a terminal.

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

// Shows texts from untrusted senders safely on a terminal.

/**
 * Returns the text on one line. Characters that control a terminal are shown as escapes: `\u{1b}` for control
 * characters (C0, C1) and line separators, characters that change the direction of the text after them (Unicode, UAX
 * #9), and invisible characters.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
