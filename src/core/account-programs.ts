// The commands that call functions as an account: `uapi` for UAPI, `cpapi2` for cPanel API 2.
import type { AccountApi } from './context.ts';

export interface AccountProgram {
  readonly api: AccountApi;
  readonly name: 'uapi' | 'cpapi2';
  /** The name of the API in sentences. */
  readonly title: string;
  /** The beginning of the names of list options: `api.filter_column`. */
  readonly listPrefix: string;
}

export const accountPrograms: Readonly<Record<AccountApi, AccountProgram>> = {
  uapi: { api: 'uapi', name: 'uapi', title: 'UAPI', listPrefix: 'api.' },
  api2: { api: 'api2', name: 'cpapi2', title: 'cPanel API 2', listPrefix: 'api2_' },
};

/**
 * The program that was called: `bin/uapi` and `bin/cpapi2` put `--uapi` and `--cpapi2` before the words of the line.
 * Undefined if it was whmapi1.
 */
export function accountProgramOf(argv: readonly string[]): AccountProgram | undefined {
  return Object.values(accountPrograms).find(({ name }) => argv[0] === `--${name}`);
}
