// Unsuspends an account: restores its state from before the suspension.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import * as accountParts from '../driver/account-parts.ts';
import { refusalsIn, triedIn } from '../../ground/driver/daemons/do-now.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import changePools from '../../capabilities/php/driver/php-pools/steps/change.ts';
import { confirmSoon } from '../../capabilities/web/rules/confirmation.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FOLLOW, postpone, REMOVE, withdraw } from '../../capabilities/accounts/rules/postponed.ts';

const change = defineChange<{ readonly username: string }>({
  kind: 'unsuspend-account',
  async store(db, { username }, { now, results }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” no longer exists.`);
    await accounts.update(db, { ...account, suspendedAt: null, suspendReason: '', suspendLocked: false });
    // What the suspension or a removal has left to tasks is taken back.
    for (const kind of [FOLLOW, REMOVE]) await withdraw(db, kind, account.uid, now());
    if (refusalsIn(results).length > 0) await postpone(db, FOLLOW, account, now());
    if (changePools.resultIn(triedIn(results))?.isUnconfirmed === true) await confirmSoon(db, now());
  },
});
export default change;

export async function unsuspendAccount(context: PartContext, account: accounts.Account): Promise<Plan> {
  const { username } = account;
  const { steps, locks } = await accountParts.unsuspended(await partDependencies(context), account);
  return change.plan(
    { username },
    {
      locks: [exclusive(`account ${username}`), ...locks],
      steps,
    },
  );
}
