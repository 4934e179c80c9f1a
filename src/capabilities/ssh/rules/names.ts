// The users who can have SSH keys, and the file names of keys.
import type { Caller, Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { existingUser } from '../../../core/params.ts';
import * as accounts from '../../accounts/rules/accounts.ts';

/** The user whose home contains the keys. */
export const keyUser = {
  ...existingUser,
  default: 'root',
  extension: true,
  doc: 'The user whose folder “.ssh” has the keys: root or an account.',
} as const satisfies Param;

/** A file in the directory of keys. It cannot be a path, or look like an option of a tool. */
export const keyFile = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,99}$/,
    expects:
      'a file name: at most 100 letters, digits, “.”, “_”, “-”, “@” and “+”, the first a letter, a digit or “_”',
  },
  doc: 'The name of a file in the folder “.ssh”.',
} as const satisfies Param;

/** The passphrase of an existing key. OpenSSH reads it as a line of at most 1023 bytes. */
export const passphrase = {
  type: 'string',
  default: '',
  sensitive: true,
  maxLength: 255,
  doc: 'The passphrase of the private key; empty if it has none. To keep it out of the process list, use --file passphrase=PATH.',
} as const satisfies Param;

/** Other files of OpenSSH in the directory. No key can have these names. See ssh(1) and sshd(8). */
const taken: ReadonlySet<string> = new Set([
  'authorized_keys',
  'authorized_keys2',
  'config',
  'environment',
  'known_hosts',
  'rc',
]);

export function isNameOfKey(name: string): boolean {
  return !taken.has(name) && !name.endsWith('.ppk');
}

/** @throws ApiError `not_found` if the account does not exist on this server. */
export async function assertUser(db: Db, caller: Caller, user: string): Promise<void> {
  if (user !== 'root') await accounts.get(db, caller, user);
}
