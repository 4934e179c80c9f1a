// Writes everything that the mail servers know of an account again, as the store has it.
import type { Context } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import type { PartDependencies } from '../../accounts/driver/account-part.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { parts } from '../driver/account-parts.ts';

const change = defineChange<{ readonly username: string }>({
  kind: 'normalize-mail',
  // The store is what the machine gets.
  store: async () => undefined,
});
export default change;

/** @throws ApiError `not_found`. */
export async function normalizeMail(context: Context, username: string): Promise<Plan> {
  const { db, caller, sealer, system, version, now, inform, warn } = context;
  const account = await accounts.get(db, caller, username);
  const dependencies: PartDependencies = {
    ...{ db, caller, sealer, system, version, now, inform, warn, wishes: {}, found: {} },
    roles: await rolesOf(context),
    certificates: new Map(),
  };
  const steps: PlannedStep[] = [];
  // What the mail servers know of the account, and what they read in its home.
  for (const lost of ['user', 'home']) {
    for (const part of parts) {
      const work = (await part.rebuilt?.(dependencies, account, lost)) ?? [];
      steps.push(...('steps' in work ? work.steps : work));
    }
  }
  return change.plan({ username }, { locks: [exclusive(`account ${username}`)], steps });
}
