// Wildcard subdomains, such as `*.bob.example`. They answer to all names below their parent domain that no other virtual
// host has.

export const isWildcard = (domain: string): boolean => domain.startsWith('*.');

const PLAIN = '_wildcard_.';

/**
 * A domain where `*` means something else: in names of files and folders, of pools of PHP-FPM and of Apache’s servers.
 * `*.bob.example` is `_wildcard_.bob.example` there, as in cPanel. No domain contains a `_`.
 */
export const plainName = (domain: string): string => (isWildcard(domain) ? PLAIN + domain.slice(2) : domain);

/** The domain of a plain name. */
export const domainOfPlain = (name: string): string =>
  name.startsWith(PLAIN) ? `*.${name.slice(PLAIN.length)}` : name;
