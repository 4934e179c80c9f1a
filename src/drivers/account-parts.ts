// The parts of an account, in the order of creation. Suspension and removal use the reverse order: the system user, who
// owns everything else, is created first and removed last.
import type { FreeContext } from '../core/context.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { Account } from '../model/accounts/accounts.ts';
import { rolesOf } from '../model/roles/active-profile.ts';
import type {
  AccountPart,
  FoundByParts,
  NewAccount,
  PartPlan,
  PartSubject,
  PartWork,
  PartDependencies,
} from './account-part.ts';
import { part as addresses } from './addresses/account.ts';
import { afterVirtualHosts as formerCertificates, part as certificates } from './certificates/account.ts';
import { part as mysql } from './mysql/account.ts';
import { part as phpPools, retired as retiredPhpPools } from './php-pools/account.ts';
import { part as postgresql } from './postgresql/account.ts';
import { part as quota } from './quota/account.ts';
import { part as users } from './users/account.ts';
import { part as virtualHosts } from './virtual-hosts/account.ts';
import { part as zones } from './zones/account.ts';

const parts: readonly AccountPart[] = [
  ...[users, quota, addresses, zones, mysql, postgresql],
  ...[certificates, phpPools, virtualHosts, retiredPhpPools, formerCertificates],
];

/** For the `look` of functions that create an account or change its domain. */
export async function look(
  context: Pick<FreeContext, 'machine' | 'system' | 'transaction'>,
  subject: PartSubject,
): Promise<FoundByParts> {
  const { system, transaction } = context;
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  let found: FoundByParts = {};
  for (const part of parts) found = { ...found, ...(await part.look?.(context, roles, subject)) };
  return found;
}

export function created(world: PartDependencies, account: NewAccount): Promise<PartWork> {
  return gather(parts, (part) => part.created?.(world, account));
}

export async function changed(world: PartDependencies, before: Account, after: Account): Promise<PartWork> {
  const released = await gather(backwards, (part) => part.released?.(world, before, after));
  const changes = await gather(parts, (part) => part.changed?.(world, before, after));
  return {
    steps: [...released.steps, ...changes.steps],
    locks: [...released.locks, ...changes.locks],
  };
}

export function suspended(world: PartDependencies, account: Account): Promise<PartWork> {
  return gather(backwards, (part) => part.suspended?.(world, account));
}

export function unsuspended(world: PartDependencies, account: Account): Promise<PartWork> {
  return gather(parts, (part) => part.unsuspended?.(world, account));
}

export function removed(world: PartDependencies, account: Account): Promise<PartWork> {
  return gather(backwards, (part) => part.removed?.(world, account));
}

const backwards = [...parts].reverse();

async function gather(
  from: readonly AccountPart[],
  planOf: (part: AccountPart) => PartPlan | undefined,
): Promise<PartWork> {
  const steps: PlannedStep[] = [];
  const locks: PartWork['locks'][number][] = [];
  for (const part of from) {
    const plan = (await planOf(part)) ?? [];
    steps.push(...('steps' in plan ? plan.steps : plan));
    if ('locks' in plan) locks.push(...plan.locks);
  }
  return { steps, locks };
}
