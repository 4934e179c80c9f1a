// Octet strings. Zone files can contain any octets, so the zone model works on strings whose characters are octets from
// 0 to 255 (Node’s latin1). Text from and for callers is Unicode, stored as UTF-8.

/** The UTF-8 octets of a text. */
export function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Decodes octets as UTF-8. If they are not UTF-8, each octet becomes one character. */
export function textOf(octets: string): string {
  // A fast path: most of a zone is ASCII.
  if (!/[\x80-\xff]/.test(octets)) return octets;
  const bytes = Buffer.from(octets, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : octets;
}

export function base64Of(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('base64');
}

/**
 * Escapes octets for master files (RFC 1035, section 5.1): a backslash before each octet of `special`, and \DDD for
 * each octet that is not printable ASCII. All names and character strings are written with this function.
 */
export function escapeOctets(octets: string, special: RegExp): string {
  return octets
    .replace(special, '\\$&')
    .replace(/[^\x20-\x7e]/g, (octet) => `\\${(octet.codePointAt(0) ?? 0).toString().padStart(3, '0')}`);
}

/** Writes a character string in quotes. */
export function quoteString(octets: string): string {
  return `"${escapeOctets(octets, /["\\]/g)}"`;
}

/**
 * Decodes a token of a master file: \X is X, and \DDD is the octet with that decimal number.
 * @returns undefined if the token ends in a lone backslash or a number is above 255
 */
export function unescapeOctets(token: string): string | undefined {
  if (!token.includes('\\')) return token;
  const parts = token.match(/\\[0-9]{3}|\\[^0-9]|[^\\]+/g) ?? [];
  if (parts.join('').length !== token.length) return undefined;
  let octets = '';
  for (const part of parts) {
    if (!part.startsWith('\\')) octets += part;
    else if (part.length === 2) octets += part.slice(1);
    else if (Number(part.slice(1)) > 255) return undefined;
    else octets += String.fromCharCode(Number(part.slice(1)));
  }
  return octets;
}
