// How reasons and warnings quote what somebody sent.

/** “value”, on one line and at most 80 characters long: control characters are shown as `\x1b`. */
export function quote(value: string): string {
  const visible = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return visible.length > 80 ? `“${visible.slice(0, 79).toWellFormed()}…”` : `“${visible}”`;
}

/** `a`, `a or b`, `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
