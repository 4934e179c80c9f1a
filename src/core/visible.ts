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
