// The licenses of a package, from its copyright file in the machine-readable format of Debian (DEP 5).
import { parseStanzas } from './stanzas.ts';

/** Undefined if the file is in no such format. */
export function licenseIn(copyright: string): string | undefined {
  const [header, ...others] = parseStanzas(copyright);
  if (header?.get('Format') === undefined) return undefined;
  const names = [header, ...others].flatMap((stanza) => {
    if (stanza !== header && !stanza.has('Files')) return [];
    const [name = ''] = (stanza.get('License') ?? '').split('\n');
    return name === '' ? [] : [name];
  });
  return names.length === 0 ? undefined : [...new Set(names)].join(', ');
}
