// Which store several servers share, if any: what the environment says, else a file of the state directory.
import { closeSync, constants, existsSync, readFileSync } from 'node:fs';
import type { StateDirectory } from './state-directory.ts';

const FILE = 'store.url';

export interface SharedStoreName {
  /** It may hold a password. */
  readonly url: string;
  /** What this server is called there; its host name unless given. */
  readonly server: string | undefined;
}

/**
 * `WHMAPI1_STORE_URL` and `WHMAPI1_SERVER_NAME`; else the first and the second line of the file `store.url`, so that a
 * cron job and a person's shell use the same store as the server. Undefined where this server has a store of its own.
 * @throws ApiError `store_insecure` where others can reach the file.
 */
export function findSharedStore(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
): SharedStoreName | undefined {
  const { WHMAPI1_STORE_URL: named = '', WHMAPI1_SERVER_NAME: server = '' } = environment;
  const [url = '', second = ''] = named === '' ? linesOf(directory) : [named];
  if (url === '') return undefined;
  const name = server === '' ? second : server;
  return { url, server: name === '' ? undefined : name };
}

function linesOf(directory: StateDirectory): string[] {
  if (!existsSync(directory.file(FILE))) return [];
  const descriptor = directory.open(FILE, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(descriptor, 'utf8')
      .split('\n')
      .map((line) => line.trim());
  } finally {
    closeSync(descriptor);
  }
}
