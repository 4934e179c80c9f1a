// What is in the files that run PHP by CGI for an account.
import { directivesOf } from './php-pools/render.ts';
import { cgiDirectives, cgiFolder, cgiProgram } from './cgi-places.ts';

/** A version of PHP, such as `ea-php84`, and its CGI program, an absolute path. */
export interface CgiVersion {
  readonly version: string;
  readonly binary: string;
}

export interface CgiFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** @throws TypeError for a malformed value. */
export function cgiFiles(home: string, versions: readonly CgiVersion[]): CgiFile[] {
  const directives = directivesOf(word(home)).filter(({ name }) => !name.startsWith('opcache.'));
  const lines = directives.map(({ name, value }) => `${name} = "${value}"\n`);
  return [
    { path: cgiDirectives(home), content: `; ${OURS}\n${lines.join('')}`, mode: 0o644 },
    ...versions.map(({ version, binary }) => ({
      path: cgiProgram(home, word(version)),
      content: programOf(home, binary),
      mode: 0o755,
    })),
  ];
}

const OURS = 'Written by whmapi1 whenever the virtual hosts of the account change.';

/**
 * Without arguments: Apache passes a query string without “=” as arguments, and PHP would read options from them. The
 * directives are in a file because PHP ignores its own options if the query string begins with “-”.
 */
function programOf(home: string, binary: string): string {
  return [
    '#!/bin/sh',
    `# ${OURS} Apache runs it by suexec.`,
    `export PHP_INI_SCAN_DIR=:${cgiFolder(word(home))}`,
    `exec ${word(binary)}`,
    '',
  ].join('\n');
}

/** @throws TypeError for a value that a shell or PHP could read as anything but one word. */
function word(value: string): string {
  if (/^[A-Za-z0-9._/-]{1,4096}$/.test(value)) return value;
  throw new TypeError('A value for PHP by CGI must consist of letters, digits, “.”, “_”, “/” and “-”.');
}
