// Suspends an account: nobody can log in to it, its processes end, and its data is kept.
import type { Context } from '../../core/context.ts';
import { defineChange, exclusive, type Plan, type StepResult } from '../../core/plan.ts';
import * as accountParts from '../driver/account-parts.ts';
import type { PartFacts } from '../../capabilities/accounts/driver/account-part.ts';
import { storeParts } from '../stored.ts';
import { refusalsIn } from '../../ground/driver/daemons/do-now.ts';
import { partDependencies, type PartCall, type PartContext } from '../driver/account-parts.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FOLLOW, postpone } from '../../capabilities/accounts/rules/postponed.ts';

interface SuspendAccount extends PartFacts {
  readonly username: string;
  readonly reason: string;
  /** Only root may unsuspend it. */
  readonly locked: boolean;
}

const change = defineChange<SuspendAccount>({
  kind: 'suspend-account',
  unfinishedCalls: 'passed',
  async store(db, { username, reason, locked, ...facts }, { now, results, sealer }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” no longer exists.`);
    await storeParts('suspended', db, { ...facts, account }, { results, sealer, now: now() });
    await accounts.update(db, {
      ...account,
      // If the account is already suspended, only the reason changes.
      suspendedAt: account.suspendedAt ?? now(),
      suspendReason: reason,
      suspendLocked: locked,
    });
    if (refusalsIn(results).length > 0) await postpone(db, FOLLOW, account, now());
  },
});
export default change;

/** Says what the daemons did not do, and what becomes of it. For the answer to a plan. */
export function tellRefusals(
  { warn, reason }: Context,
  done: string,
  results: readonly StepResult[],
): undefined {
  const refusals = refusalsIn(results);
  if (refusals.length === 0) return undefined;
  const later = `The task “${FOLLOW}” does the rest: it tries every minute, and “whmapi1 --tasks” shows it.`;
  reason(`${done} Not yet done: ${refusals.join(' ')} ${later}`);
  for (const refusal of refusals) warn(`Not yet done: ${refusal}`);
  warn(later);
  return undefined;
}

export async function suspendAccount(
  context: PartContext,
  account: accounts.Account,
  { reason, locked, wishes }: Pick<SuspendAccount, 'reason' | 'locked'> & Required<Pick<PartCall, 'wishes'>>,
): Promise<Plan> {
  const { username } = account;
  const { steps, locks, facts } = await accountParts.suspended(
    await partDependencies(context, { wishes }),
    account,
  );
  return change.plan(
    { username, reason, locked, ...facts },
    {
      locks: [exclusive(`account ${username}`), ...locks],
      steps,
    },
  );
}
