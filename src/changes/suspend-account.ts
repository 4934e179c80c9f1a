// Suspends an account: nobody can log in to it, its processes end, and its data is kept.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import * as accountParts from '../drivers/account-parts.ts';
import { partWorld, type PartContext } from '../drivers/part-world.ts';
import * as accounts from '../model/accounts/accounts.ts';
import * as sessions from '../model/logins/sessions.ts';

interface SuspendAccount {
  readonly username: string;
  readonly reason: string;
  /** Only root may unsuspend it. */
  readonly locked: boolean;
}

const change = defineChange<SuspendAccount>({
  kind: 'suspend-account',
  async store(db, { username, reason, locked }, { now }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” no longer exists.`);
    await sessions.closeAll(db, username);
    await accounts.update(db, {
      ...account,
      // If the account is already suspended, only the reason changes.
      suspendedAt: account.suspendedAt ?? now(),
      suspendReason: reason,
      suspendLocked: locked,
    });
  },
});
export default change;

export async function suspendAccount(
  context: PartContext,
  account: accounts.Account,
  { reason, locked }: Pick<SuspendAccount, 'reason' | 'locked'>,
): Promise<Plan> {
  const { username } = account;
  const { steps, locks } = await accountParts.suspended(await partWorld(context), account);
  return change.plan(
    { username, reason, locked },
    {
      locks: [exclusive(`account ${username}`), ...locks],
      steps,
    },
  );
}
