// The format of dpkg's and apt's files: stanzas of fields, separated by empty lines (deb822(5)).

export type Stanza = ReadonlyMap<string, string>;

/** Comments are left out. A field that continues on further lines keeps its line breaks, without the first blanks. */
export function parseStanzas(text: string): Stanza[] {
  return text.split(/\n(?:[ \t]*\n)+/).flatMap((block) => {
    const fields = new Map<string, string>();
    let last: string | undefined;
    for (const line of block.split('\n')) {
      if (line.startsWith('#')) continue;
      const [, name, value = ''] = /^([^\s:]+):[ \t]*(.*)$/.exec(line) ?? [];
      if (name !== undefined) fields.set((last = name), value.trimEnd());
      else if (last !== undefined && /^[ \t]/.test(line)) {
        fields.set(last, `${fields.get(last)}\n${line.slice(1).trimEnd()}`);
      }
    }
    return fields.size === 0 ? [] : [fields];
  });
}

export function renderStanzas(stanzas: readonly Stanza[]): string {
  return stanzas
    .map((stanza) =>
      [...stanza].map(([name, value]) => `${name}: ${value.replaceAll('\n', '\n ')}\n`).join(''),
    )
    .join('\n');
}

/** The entries of a field such as Depends: `libc6 (>= 2.38)`, `default-mta | mail-transport-agent`. */
export function relationsIn(stanza: Stanza, ...fields: readonly string[]): string[] {
  return fields
    .flatMap((field) => (stanza.get(field) ?? '').split(','))
    .map((relation) => relation.replace(/\s+/g, ' ').trim())
    .filter((relation) => relation !== '');
}

/** The names in a relation, without versions and architectures. */
export function namesIn(relation: string): string[] {
  return relation.split('|').flatMap((one) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(one)?.[1] ?? []);
}
