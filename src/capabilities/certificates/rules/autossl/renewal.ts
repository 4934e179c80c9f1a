// Says whether AutoSSL will renew the certificate of a name.
import type { Db } from '../../../../core/context.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { ownHostOf } from '../../../domains/rules/own-params.ts';
import * as exclusions from './exclusions.ts';
import { installedOf, missingOf } from './needs.ts';
import * as problems from './problems.ts';
import * as settings from './settings.ts';

/** @throws ApiError `bad_param` if the account does not have the name. */
export async function renewalOf(db: Db, account: Account, domain: string) {
  const { servername } = await ownHostOf(db, account, 'domain', domain);
  const installed = (await installedOf(db, account)).get(servername);
  const isActive = (await settings.provider(db)) !== undefined;
  const isExcluded = (await exclusions.list(db, account.username)).includes(domain);
  const hasProblems = (await problems.ofUser(db, account.username)).some((one) => one.domain === domain);
  const isOurs = installed?.isOurs === true && missingOf([domain], installed).length === 0;
  return {
    has_problems: Number(hasProblems),
    is_active: Number(isActive),
    is_excluded: Number(isExcluded),
    will_renew: Number(isActive && isOurs && !isExcluded && !hasProblems),
  };
}
