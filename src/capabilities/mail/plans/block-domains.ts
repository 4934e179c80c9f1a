// Refuses mail from domains, or accepts it again.
import type { Context } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import changeFiles from '../driver/exim/steps/change-files.ts';
import { listBlocked, storeBlocked } from '../rules/blocked-domains.ts';
import { BLOCKED_LOOKUP } from '../rules/desired.ts';

interface BlockDomains {
  readonly domains: readonly string[];
  readonly isBlocked: boolean;
}

const change = defineChange<BlockDomains>({
  kind: 'block-domains',
  store: (db, { domains, isBlocked }) => storeBlocked(db, domains, isBlocked),
});
export default change;

/** @returns the plan, and how many domains it changes. */
export async function blockDomains(
  context: Pick<Context, 'db' | 'system'>,
  given: readonly string[],
  isBlocked: boolean,
): Promise<{ readonly plan: Plan; readonly count: number }> {
  const present = new Set(await listBlocked(context.db));
  const domains = [...new Set(given)].filter((domain) => present.has(domain) !== isBlocked);
  const files = domains.map((domain) => [`${BLOCKED_LOOKUP}/${domain}`, isBlocked ? '' : null] as const);
  const isActive = (await rolesOf(context)).has(ROLE) && domains.length > 0;
  const plan = change.plan(
    { domains, isBlocked },
    {
      locks: [exclusive('domains whose mail is refused')],
      steps: isActive ? [changeFiles.plan({ username: 'root', files })] : [],
    },
  );
  return { plan, count: domains.length };
}
