// Unsuspends an account: restores its state from before the suspension.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import * as accountParts from '../drivers/account-parts.ts';
import { partWorld, type PartContext } from '../drivers/part-world.ts';
import * as accounts from '../model/accounts/accounts.ts';

const change = defineChange<{ readonly username: string }>({
  kind: 'unsuspend-account',
  async store(db, { username }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” no longer exists.`);
    await accounts.update(db, { ...account, suspendedAt: null, suspendReason: '', suspendLocked: false });
  },
});
export default change;

export async function unsuspendAccount(context: PartContext, account: accounts.Account): Promise<Plan> {
  const { username } = account;
  const { steps, locks } = await accountParts.unsuspended(await partWorld(context), account);
  return change.plan(
    { username },
    {
      locks: [exclusive(`account ${username}`), ...locks],
      steps,
    },
  );
}
