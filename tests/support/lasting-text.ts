/**
 * What a call prints, without what differs from one call to the next: numbers, times, keys, tokens, generated passwords,
 * QR codes, and the columns around them. A generated password can be without a digit, so a long word with a capital counts too.
 */
export function lastingText(text: string): string {
  return text
    .replace(/-----BEGIN[^]*?-----END[^-]*-----/g, '#')
    .replace(/[\w+/=.:-]*\d[\w+/=.:-]*/g, '#')
    .replace(/(?=[\w+/=.:-]{16})[\w+/=.:-]*[A-Z][\w+/=.:-]*/g, '#')
    .replace(/ *[█▀▄][ █▀▄]*/g, '#')
    .replace(/[ ─]{2,}/g, ' ');
}
