// The grammar of named.conf. Every value in it must pass one of these functions.
import { isIP } from 'node:net';

/**
 * A quoted string. BIND cannot escape every character in a string, so characters that end or continue a string are
 * rejected.
 * @throws TypeError
 */
export function quoted(value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value) || /["\\]/.test(value)) {
    throw new TypeError(
      'A value of BIND’s configuration cannot contain quotes, backslashes or control characters.',
    );
  }
  return `"${value}"`;
}

/** @throws TypeError */
export function address(value: string): string {
  if (isIP(value) === 0 || value.includes('%')) throw new TypeError('Invalid IP address.');
  return value;
}

/** @throws TypeError */
export function port(value: number): string {
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new TypeError('Invalid port: use 1 to 65535.');
  return String(value);
}

/** A statement with a block of statements, which are passed without their semicolons. */
export function block(head: string, statements: readonly string[]): string {
  return `${head} {\n${statements.map((one) => `\t${one};\n`).join('')}};\n`;
}

/** A list in braces, on one line. */
export function list(items: readonly string[]): string {
  return items.length === 0 ? '{ }' : `{ ${items.map((item) => `${item};`).join(' ')} }`;
}
