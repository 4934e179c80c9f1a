// Directories of an account that visitors see only with a password: our part of their .htaccess, and the files with
// their users, which are outside of all websites.
import type { FreeContext } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import type { MachineUserFiles } from '../../../../core/machine-user-files.ts';
import { blockIn, readAccessFile, withBlock, type AccessFile } from '../blocks.ts';
import { absolute } from '../../../files/rules/names.ts';

const BLOCK = 'directory privacy';
/** Below the home. */
export const ROOT = '.htpasswds';
const MAX_BYTES = 1024 * 1024;

export const FEATURE = 'webprotect';

export const dirParam = {
  type: 'string',
  required: true,
  doc: 'The directory. Relative to the home directory, or absolute.',
} as const;

export const userParam = {
  type: 'string',
  required: true,
  pattern: {
    matches: /^[A-Za-z0-9][\w.@+-]{0,63}$/,
    expects: 'a name of letters, digits, “.”, “-”, “_”, “@” and “+”',
  },
  doc: 'The name with which visitors log in. It need not be a user of the server.',
} as const;

export interface Protection {
  readonly isProtected: boolean;
  readonly name: string;
}

export interface Directory {
  readonly files: MachineUserFiles;
  /** Absolute. */
  readonly path: string;
  readonly access: AccessFile;
  /** The file with its users. */
  readonly users: AccessFile;
}

/** @throws ApiError `bad_param` unless it is a directory that can be protected; MachineError as for other files. */
export async function lookAtDirectory({ machine, caller }: FreeContext, dir: string): Promise<Directory> {
  const files = await machine.userFiles(caller.user);
  // Fails unless it is a directory in the home.
  await files.list(dir, { limit: 1 });
  const path = absolute(files.home, dir);
  const below = path.slice(files.home.length + 1);
  if (below === '' || below.split('/')[0] === ROOT) {
    throw badParam('The parameter “dir” should be a directory of a website, such as public_html/private.');
  }
  if (!isQuotable(path)) {
    throw badParam(
      'The path of a protected directory can have no quotes, backslashes, “$”, “%” and control characters.',
    );
  }
  return {
    files,
    path,
    access: await readAccessFile(files, path),
    users: await readUsers(files, `${files.home}/${ROOT}/${below}/passwd`),
  };
}

async function readUsers(files: MachineUserFiles, path: string): Promise<AccessFile> {
  const found = await files.read(path, MAX_BYTES);
  return { path, text: new TextDecoder().decode(found?.content) };
}

/** Between double quotes in Apache's configuration. */
export function isQuotable(text: string): boolean {
  return text !== '' && !/["\\$%\p{Cc}]/u.test(text);
}

/** The directories of a file with users, below the home, from the outermost one on. */
export function foldersOf(home: string, { path }: AccessFile): string[] {
  const parts = path
    .slice(home.length + 1)
    .split('/')
    .slice(0, -1);
  return parts.map((_, at) => [home, ...parts.slice(0, at + 1)].join('/'));
}

export function protectionIn(text: string): Protection {
  const line = blockIn(text, BLOCK).find((one) => one.startsWith('AuthName "'));
  return {
    isProtected: line !== undefined,
    name: line === undefined ? '' : line.slice('AuthName "'.length, -1),
  };
}

/** @throws ApiError `bad_param` if other lines of the file ask for another password, or open the directory. */
export function withProtection(text: string, name: string, usersFile: string): string {
  const others = withBlock(text, BLOCK, []);
  if (/^\s*(?:AuthType|AuthName|AuthUserFile|Satisfy|Require\s+(?!all\s+denied))\b/im.test(others)) {
    throw badParam(
      'The .htaccess file of the directory has its own lines with AuthType, AuthName, AuthUserFile, Satisfy or Require, ' +
        'which could let visitors in without a password. Remove them first.',
    );
  }
  return withBlock(text, BLOCK, [
    'AuthType Basic',
    `AuthName "${name}"`,
    `AuthUserFile "${usersFile}"`,
    'Require valid-user',
  ]);
}

/** The protection of a directory whose home has moved. */
export function withHome(text: string, from: string, to: string): string {
  const before = blockIn(text, BLOCK);
  const start = `AuthUserFile "${from}/`;
  const after = before.map((line) =>
    line.startsWith(start) ? `AuthUserFile "${to}/${line.slice(start.length)}` : line,
  );
  return before.join('\n') === after.join('\n') ? text : withBlock(text, BLOCK, after);
}

export function withoutProtection(text: string): string {
  return withBlock(text, BLOCK, []);
}

export function usersIn(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => (/^[^:#\s][^:]*:/.test(line) ? [line.slice(0, line.indexOf(':'))] : []));
}

/** Adds a user, or changes the password of one. The other lines stay. */
export function withUser(text: string, user: string, hash: string): string {
  const lines = linesWithout(text, user);
  return `${[...lines, `${user}:${hash}`].join('\n')}\n`;
}

export function withoutUser(text: string, user: string): string {
  const lines = linesWithout(text, user);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function linesWithout(text: string, user: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith(`${user}:`));
}

export const stateFields = {
  protected: { type: 'flag', doc: '1: visitors need a password.' },
  auth_name: { type: 'string', doc: 'The name that browsers show.' },
  auth_type: { type: 'string', doc: 'Basic. Empty if it is not protected.' },
  passwd_file: { type: 'string', doc: 'The path of the file with the users. Empty if it is not protected.' },
} as const;

export function stateOf({ isProtected, name }: Protection, usersFile: string) {
  return {
    protected: isProtected ? (1 as const) : (0 as const),
    auth_name: name,
    auth_type: isProtected ? 'Basic' : '',
    passwd_file: isProtected ? usersFile : '',
  };
}

/** The state of a directory, by its absolute path. */
export async function protectionOf(path: string, files: MachineUserFiles) {
  const { home } = files;
  // A directory that the account itself cannot read, or whose .htaccess is no text, has no protection of ours.
  const text = await readAccessFile(files, path).then(
    (found) => found.text,
    () => '',
  );
  return stateOf(protectionIn(text), `${home}/${ROOT}${path.slice(home.length)}/passwd`);
}
