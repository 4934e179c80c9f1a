// Which domains a certificate secures (RFC 9525, section 6.3).

/** True if a name of a certificate secures the domain. `*` stands for exactly one label. Both in lower case. */
export function isCovered(domain: string, names: readonly string[]): boolean {
  const parent = domain.slice(domain.indexOf('.'));
  return names.some((name) => name === domain || (name.startsWith('*.') && name.slice(1) === parent));
}
