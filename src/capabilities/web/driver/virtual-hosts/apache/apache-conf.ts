// The grammar of Apache's configuration. Every value in it must pass one of these functions.
import { isIP } from 'node:net';

/**
 * A quoted argument. Apache replaces `${name}` even inside of quotes and continues a line that ends with a backslash,
 * `%{` begins an expression in some directives, and `<` may begin a section. Such values are rejected instead of being
 * escaped, because no path or name of this program needs them.
 * @throws TypeError
 */
export function quoted(value: string): string {
  if (value === '' || /[^\x20-\x7e]|["\\<>$%]/.test(value)) {
    throw new TypeError(
      'A value of Apache’s configuration cannot be empty or contain quotes, backslashes, “<”, “>”, “$”, “%” or ' +
        'control characters.',
    );
  }
  return `"${value}"`;
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A domain, in lower case and with A-labels. @throws TypeError */
export function domain(value: string): string {
  if (value.length > 253 || !value.includes('.') || !value.split('.').every((label) => LABEL.test(label))) {
    throw new TypeError('Invalid domain: use lower-case labels of up to 63 letters, digits and “-”.');
  }
  return value;
}

/** The name of a system user. @throws TypeError */
export function userName(value: string): string {
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(value)) throw new TypeError('Invalid username.');
  return value;
}

/** An absolute, normalised path. @throws TypeError */
export function path(value: string): string {
  const parts = value.split('/').slice(1);
  if (!value.startsWith('/') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new TypeError('Invalid path: use an absolute path without “.”, “..” and empty parts.');
  }
  return quoted(value);
}

/** A folder for <Directory>, in which `*`, `?` and `[` would be patterns. @throws TypeError */
export function folder(value: string): string {
  if (/[*?[\]]/.test(value)) throw new TypeError('The path of a folder cannot contain “*”, “?” or brackets.');
  return path(value);
}

/** A word of letters, digits, “.”, “_” and “-”. @throws TypeError */
export function identifier(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(text)) throw new TypeError('Invalid identifier.');
  return text;
}

/** A regular expression for a path, without its first slash. */
export function pattern(path: string): string {
  return path.slice(1).replaceAll('.', '[.]');
}

/** @throws TypeError */
export function portNumber(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new TypeError('Invalid port.');
  return port;
}

/** The address and port of a virtual host. @throws TypeError */
export function listener(address: string, given: number): string {
  const port = portNumber(given);
  if (address === '*') return `*:${port}`;
  const family = isIP(address);
  if (family === 0 || address.includes('%')) throw new TypeError('Invalid IP address.');
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A section with its lines, indented. `argument`: as it is written. */
export function section(name: string, argument: string, lines: readonly string[]): string[] {
  return [`<${name} ${argument}>`, ...lines.map((line) => `\t${line}`), `</${name}>`];
}
