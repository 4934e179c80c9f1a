// Nobody can log in to an account any more, and nothing of it runs; nothing of it is lost.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import * as accountParts from '../drivers/account-parts.ts';
import { partWorld, type PartContext } from '../drivers/part-world.ts';
import * as accounts from '../model/accounts/accounts.ts';
import * as sessions from '../model/logins/sessions.ts';

interface SuspendAccount {
  readonly username: string;
  readonly reason: string;
  /** Only root may take it back. */
  readonly locked: boolean;
}

const change = defineChange<SuspendAccount>({
  kind: 'suspend-account',
  async store(db, { username, reason, locked }, { now }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” is gone.`);
    await sessions.closeAll(db, username);
    await accounts.update(db, {
      ...account,
      // One that was suspended before only gets another reason.
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
