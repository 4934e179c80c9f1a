// The file with all logins, in the form of passwd(5): name, hash, IDs, account, home, shell. It is the form in which
// archives of cPanel have FTP accounts. ProFTPD reads it at each login.

export interface Login {
  /** The account's username, or NAME@DOMAIN. */
  readonly name: string;
  /** In a form of crypt(5). `*` for the account itself: PAM checks its password. */
  readonly hash: string;
  /** Absolute. */
  readonly home: string;
}

export interface LoginOwner {
  readonly username: string;
  readonly uid: number;
  readonly gid: number;
}

const HEAD = '# whmapi1 writes this file: FTP accounts. Changes by hand are lost.\n';
const SHELL = '/bin/false';
/** None of them can be in a field. */
const SEPARATORS = /[:\n\r\0]/;

/** Lines, each with its end. */
export function renderLogins({ username, uid, gid }: LoginOwner, logins: readonly Login[]): string {
  return logins
    .map(({ name, hash, home }) => {
      const fields = [name, hash, String(uid), String(gid), username, home, SHELL];
      if (fields.some((field) => SEPARATORS.test(field)))
        throw new TypeError('A login cannot contain a colon or a line break.');
      return `${fields.join(':')}\n`;
    })
    .join('');
}

/** The lines of accounts. */
export function linesOf(text: string, usernames: readonly string[]): string {
  const owners = new Set(usernames);
  return split(text)
    .filter((line) => owners.has(ownerOf(line) ?? ''))
    .join('');
}

/** The text with other lines for these accounts. What was not written by this program is removed. */
export function withLines(text: string, usernames: readonly string[], lines: string): string {
  const owners = new Set(usernames);
  const others = split(text).filter((line) => {
    const owner = ownerOf(line);
    return owner !== undefined && !owners.has(owner);
  });
  return HEAD + others.join('') + lines;
}

function split(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line.endsWith('\n') && !line.startsWith('#'));
}

function ownerOf(line: string): string | undefined {
  const fields = line.split(':');
  return fields.length === 7 ? fields[4] : undefined;
}

/** The names of the logins in lines. */
export function namesIn(lines: string): string[] {
  return split(lines).map((line) => line.slice(0, line.indexOf(':')));
}
