// The parts of an account, in the order in which they are made. What ends or removes them goes backwards: the user, whom
// everything else belongs to, is made first and removed last.
import type { Db } from '../core/context.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { Account } from '../model/accounts/accounts.ts';
import type { AccountPart, NewAccount, Steps } from './account-part.ts';
import { part as quota } from './quota/account.ts';
import { part as users } from './users/account.ts';

const parts: readonly AccountPart[] = [users, quota];

export function created(db: Db, account: NewAccount): Promise<PlannedStep[]> {
  return gather(parts, (part) => part.created?.(db, account));
}

export function changed(db: Db, before: Account, after: Account): Promise<PlannedStep[]> {
  return gather(parts, (part) => part.changed?.(db, before, after));
}

export function suspended(db: Db, account: Account): Promise<PlannedStep[]> {
  return gather(backwards, (part) => part.suspended?.(db, account));
}

export function unsuspended(db: Db, account: Account): Promise<PlannedStep[]> {
  return gather(parts, (part) => part.unsuspended?.(db, account));
}

export function removed(db: Db, account: Account): Promise<PlannedStep[]> {
  return gather(backwards, (part) => part.removed?.(db, account));
}

const backwards = [...parts].reverse();

async function gather(
  from: readonly AccountPart[],
  stepsOf: (part: AccountPart) => Steps | undefined,
): Promise<PlannedStep[]> {
  const steps: PlannedStep[] = [];
  for (const part of from) steps.push(...((await stepsOf(part)) ?? []));
  return steps;
}
