// The Public Suffix List. It takes 11 ms to load, so this module is loaded by those that need it. Bundled, the library has
// its names only if it is imported statically.
import { parse } from 'tldts';

/** With the suffixes of companies, such as github.io. Unknown top-level domains, such as `example`, are none. */
export function isPublicSuffix(name: string): boolean {
  const { publicSuffix, isIcann, isPrivate } = parse(name, { allowPrivateDomains: true });
  return publicSuffix === name && (isIcann === true || isPrivate === true);
}
