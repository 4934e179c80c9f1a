// Reads a parameter that is a comma-separated list of accounts.
import type { Caller, Db } from '../../core/context.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

/** The maximum number of accounts in one call. */
const MAX_ACCOUNTS = 1000;

export interface Failure {
  readonly name: string;
  readonly error: ApiError;
}

export interface FoundAccounts {
  readonly found: readonly accounts.Account[];
  readonly failures: readonly Failure[];
}

/** Returns each account once, in the order of the call. @throws ApiError `bad_param` for no account, or too many. */
export async function getSeveral(
  db: Db,
  caller: Caller,
  param: string,
  text: string,
): Promise<FoundAccounts> {
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  const names = [...new Set(words.filter((word) => word !== ''))];
  if (names.length === 0) throw badParam(`The parameter “${param}” is empty. Name an account.`);
  if (names.length > MAX_ACCOUNTS) {
    throw badParam(`The parameter “${param}” has ${names.length} accounts. Name at most ${MAX_ACCOUNTS}.`);
  }
  const found: accounts.Account[] = [];
  const failures: Failure[] = [];
  for (const name of names) {
    try {
      found.push(await accounts.get(db, caller, name));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failures.push({ name, error });
    }
  }
  return { found, failures };
}

/** Checks that the call succeeded for at least one account. @throws the first failure, with the reasons of all. */
export function assertSome(failures: readonly Failure[], done: number): void {
  const [first] = failures;
  if (first === undefined || done > 0) return;
  throw new ApiError(first.error.code, failures.map(({ error }) => error.message).join(' '));
}
