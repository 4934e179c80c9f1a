// Finds the account that a call names by its username, its main domain, or both.
import type { Caller, Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { LookAgain } from '../../../core/machine-error.ts';
import * as accounts from './accounts.ts';

export interface NamedAccount {
  readonly user: string | undefined;
  readonly domain: string | undefined;
}

/** @throws ApiError `not_found`, `denied`; `bad_param` if the username and the domain belong to different accounts. */
export async function getNamed(
  db: Db,
  caller: Caller,
  { user, domain }: NamedAccount,
): Promise<accounts.Account> {
  if (user === undefined) return accounts.getByDomain(db, caller, domain ?? '');
  const account = await accounts.get(db, caller, user);
  if (domain === undefined || domain === account.domain) return account;
  throw badParam(`“${domain}” is not the main domain of the account “${user}”.`);
}

/** @throws LookAgain if its domain has changed since `look` read it. */
export function assertSameDomain({ username, domain }: accounts.Account, looked: string | undefined): void {
  if (domain !== looked) throw new LookAgain(`The domain of “${username}” was changed meanwhile.`);
}
