// Removes an account with its system user, its home directory and all its data in the store.
import type { FreeContext } from '../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import type { PartWishes } from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { forget, storeParts } from '../stored.ts';
import { partDependencies, type PartCall, type PartContext } from '../driver/account-parts.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

type RemoveAccount = Pick<accounts.Account, 'username' | 'uid'>;

const change = defineChange<RemoveAccount>({
  kind: 'remove-account',
  unfinishedCalls: 'ended',
  async store(db, { username }, { results, sealer, now }) {
    const account = await accounts.find(db, username);
    if (account !== undefined) await storeParts('removed', db, account, { results, sealer, now: now() });
    await forget(db, username);
  },
});
export default change;

/**
 * Asks everything that could refuse the removal.
 * @returns the reasons, as sentences. @throws ApiError `not_found`, `denied`.
 */
export async function lookForRemoval(
  context: FreeContext,
  username: string,
  wishes: PartWishes,
): Promise<readonly string[]> {
  const { caller, transaction } = context;
  const account = await transaction('reads', (db) => accounts.get(db, caller, username));
  return accountParts.refusalsOfRemoval(context, account, wishes);
}

export async function removeAccount(
  context: PartContext,
  account: accounts.Account,
  call: PartCall,
): Promise<Plan> {
  const { username, uid } = account;
  const { steps, locks } = await accountParts.removed(await partDependencies(context, call), account);
  return change.plan(
    { username, uid },
    {
      // root becomes the owner of its accounts, so it must not be given another one meanwhile.
      locks: [exclusive(`account ${username}`), exclusive(`accounts of ${username}`), ...locks],
      steps,
    },
  );
}
