// The parts of an account, in the order in which they are made. What ends or removes them goes backwards: the user, whom
// everything else belongs to, is made first and removed last.
import type { PlannedStep } from '../core/plan.ts';
import type { Account } from '../model/accounts/accounts.ts';
import type { AccountPart, NewAccount, PartWorld, Steps } from './account-part.ts';
import { part as addresses } from './addresses/account.ts';
import { part as quota } from './quota/account.ts';
import { part as users } from './users/account.ts';

const parts: readonly AccountPart[] = [users, quota, addresses];

export function created(world: PartWorld, account: NewAccount): Promise<PlannedStep[]> {
  return gather(parts, (part) => part.created?.(world, account));
}

export function changed(world: PartWorld, before: Account, after: Account): Promise<PlannedStep[]> {
  return gather(parts, (part) => part.changed?.(world, before, after));
}

export function suspended(world: PartWorld, account: Account): Promise<PlannedStep[]> {
  return gather(backwards, (part) => part.suspended?.(world, account));
}

export function unsuspended(world: PartWorld, account: Account): Promise<PlannedStep[]> {
  return gather(parts, (part) => part.unsuspended?.(world, account));
}

export function removed(world: PartWorld, account: Account): Promise<PlannedStep[]> {
  return gather(backwards, (part) => part.removed?.(world, account));
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
