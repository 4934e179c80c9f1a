// Finds the store that several servers share, if any: in the environment, or else in a file of the state directory.
import { closeSync, constants, lstatSync, readFileSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';
import { unavailable } from './unavailable.ts';
import type { StateDirectory } from './state-directory.ts';

const FILE = 'store.url';

export interface SharedStoreName {
  /** It may contain a password. */
  readonly url: string;
  /** The name of this server in the store. Default: its hostname. */
  readonly server: string | undefined;
  /** How many days the store keeps audit lines, as the text that was given. */
  readonly auditDays?: string | undefined;
}

/**
 * Reads `WHMAPI1_STORE_URL`, `WHMAPI1_SERVER_NAME` and `WHMAPI1_AUDIT_DAYS`. Each defaults to a line of the file
 * `store.url`, in this order, so that a cron job and a person's shell use the same store as the server. Returns
 * undefined if this server has its own store.
 * @throws ApiError `store_insecure` if others can access the file, `store_unavailable` if it is empty.
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
      `“${directory.file(FILE)}” is empty. Its first line should be the URL of the shared database. Remove ` +
        'the file if there is no shared database.',
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

/** Undefined if the file does not exist. A link without a target counts as a file that cannot be read. */
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
