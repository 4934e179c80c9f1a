// How texts that strangers may have sent are shown on a terminal.

/**
 * The text on one line, with characters that a terminal obeys shown as escapes: `\u{1b}` for control characters (C0, C1),
 * line separators, and those that turn the direction of what follows (Unicode, UAX #9), or that show as nothing.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
