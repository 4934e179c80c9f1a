// The virtual hosts of an account.
import type { PlannedStep } from '../../core/plan.ts';
import type { Account } from '../../model/accounts/accounts.ts';
import * as exceeded from '../../model/bandwidth/exceeded.ts';
import { accountWebOf, type WebOverrides } from '../../model/web/account-web.ts';
import type { AccountPart, PartDependencies } from '../account-part.ts';
import change from './steps/change.ts';
import open from './steps/open.ts';
import remove from './steps/remove.ts';

const ROLE = 'WebServer';

type World = Pick<PartDependencies, 'db' | 'roles'>;

/**
 * The steps that write the virtual hosts of an account as they will be. The plan must hold the lock of the account.
 * None on a server without the role WebServer. `account`: as it will be.
 */
export async function webSteps(
  { db, roles }: World,
  account: Account,
  overrides: WebOverrides = {},
): Promise<PlannedStep[]> {
  if (!roles.has(ROLE)) return [];
  const after = await accountWebOf(db, account, overrides);
  const { username } = account;
  const former = overrides.before?.username ?? username;
  return [change.plan({ username, after, ...(former !== username && { former }) })];
}

export const part: AccountPart = {
  async created(world, { account }) {
    const { certificates, found } = world;
    const steps = await webSteps(world, account, { certificates, newestPhp: found.php?.newest });
    if (steps.length === 0) return [];
    const { username, home } = account;
    return [open.plan({ username, home, folder: 'public_html' }), ...steps];
  },

  async changed(world, before, after) {
    if (!world.roles.has(ROLE)) return [];
    const present = await accountWebOf(world.db, before);
    const isOverLimit = await exceeded.isOverLimit(world, after, before.username);
    const { certificates, found } = world;
    const overrides = { before, isOverLimit, certificates, newestPhp: found.php?.newest };
    const next = await accountWebOf(world.db, after, overrides);
    return JSON.stringify(present) === JSON.stringify(next) ? [] : webSteps(world, after, overrides);
  },

  suspended: (world, account) => webSteps(world, account, { isSuspended: true }),
  unsuspended: (world, account) => webSteps(world, account, { isSuspended: false }),
  removed: ({ roles }, { username }) => (roles.has(ROLE) ? [remove.plan({ username })] : []),
};
