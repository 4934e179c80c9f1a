// Which store several servers share, if any: what the environment says, else a file of the state directory.
import { closeSync, constants, lstatSync, readFileSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';
import { unavailable } from './unavailable.ts';
import type { StateDirectory } from './state-directory.ts';

const FILE = 'store.url';

export interface SharedStoreName {
  /** It may hold a password. */
  readonly url: string;
  /** What this server is called there; its hostname unless given. */
  readonly server: string | undefined;
  /** For how many days it keeps audit lines, as it was given. */
  readonly auditDays?: string | undefined;
}

/**
 * `WHMAPI1_STORE_URL`, `WHMAPI1_SERVER_NAME` and `WHMAPI1_AUDIT_DAYS`; else the first three lines of the file `store.url`,
 * so that a cron job and a person's shell use the same store as the server. Undefined where this server has a store of its own.
 * @throws ApiError `store_insecure` where others can reach the file, `store_unavailable` where it is empty.
 */
export function findSharedStore(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
): SharedStoreName | undefined {
  const {
    WHMAPI1_STORE_URL: named = '',
    WHMAPI1_SERVER_NAME: server = '',
    WHMAPI1_AUDIT_DAYS: days = '',
  } = environment;
  const lines = linesOf(directory);
  const url = named === '' ? lines?.[0] : named;
  if (url === undefined) return undefined;
  if (url === '') {
    throw new ApiError(
      'store_unavailable',
      `“${directory.file(FILE)}” is empty: its first line should be the URL of the database that servers share. Remove ` +
        'the file where there is none.',
    );
  }
  const name = server === '' ? (lines?.[1] ?? '') : server;
  const auditDays = days === '' ? (lines?.[2] ?? '') : days;
  return {
    url,
    server: name === '' ? undefined : name,
    auditDays: auditDays === '' ? undefined : auditDays,
  };
}

/** Undefined where there is no such file; a link that leads nowhere is one that cannot be read. */
function linesOf(directory: StateDirectory): string[] | undefined {
  if (lstatSync(directory.file(FILE), { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    const descriptor = directory.open(FILE, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const lines = readFileSync(descriptor, 'utf8').split('\n');
      return lines.map((line) => line.trim());
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unavailable(error, directory.file(FILE));
  }
}
