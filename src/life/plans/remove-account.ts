// Removes an account with its system user, its home directory and all its data in the store.
import type { FreeContext } from '../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import type { PartWishes } from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { partWorld, type PartCall, type PartContext } from '../driver/part-world.ts';
import * as ipv6 from '../../capabilities/addresses/rules/ipv6-assignments.ts';
import * as bandwidth from '../../capabilities/bandwidth/rules/usage.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FOLLOW, REMOVE, withdraw } from '../../capabilities/accounts/rules/postponed.ts';
import * as users from '../rules/users.ts';

type RemoveAccount = Pick<accounts.Account, 'username' | 'uid'>;

const change = defineChange<RemoveAccount>({
  kind: 'remove-account',
  unfinishedCalls: 'ended',
  async store(db, { username, uid }, { now }) {
    const account = await accounts.find(db, username);
    if (account !== undefined) await bandwidth.keepOfRemoved(db, account, now());
    await ipv6.release(db, username);
    for (const kind of [FOLLOW, REMOVE]) await withdraw(db, kind, uid, now());
    await users.forget(db, username);
    await db.run(
      'INSERT INTO removed_user_id (server, id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      db.server,
      uid,
    );
  },
});
export default change;

/**
 * Asks everything that could refuse the removal.
 * @returns the reasons, as sentences. @throws ApiError `not_found`, `denied`.
 */
export async function lookForRemoval(
  context: Pick<FreeContext, 'caller' | 'machine' | 'sealer' | 'system' | 'transaction'>,
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
  const { steps, locks } = await accountParts.removed(await partWorld(context, call), account);
  return change.plan(
    { username, uid },
    {
      // root becomes the owner of its accounts, so it must not be given another one meanwhile.
      locks: [exclusive(`account ${username}`), exclusive(`accounts of ${username}`), ...locks],
      steps,
    },
  );
}
