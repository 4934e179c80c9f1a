// Lists of tags, as the records of DKIM (RFC 6376, section 3.2) and DMARC (RFC 7489, section 6.4) are written.

/** The values by their tags, in the order of the text. Undefined if the text is not such a list. */
export function readTags(text: string): ReadonlyMap<string, string> | undefined {
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  const tags = new Map<string, string>();
  for (const part of parts) {
    const [, name, value] = /^\s*([a-z]\w*)\s*=\s*([^]*?)\s*$/i.exec(part) ?? [];
    if (name === undefined || value === undefined || tags.has(name)) return undefined;
    tags.set(name, value);
  }
  return tags;
}
