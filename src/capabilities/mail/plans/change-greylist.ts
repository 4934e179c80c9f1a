// Changes settings, trusted hosts and domains of greylisting.
import type { Context } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import changeFiles from '../driver/exim/steps/change-files.ts';
import { changed, filesOf, readState, storeChange, type GreylistChange } from '../rules/greylisting/state.ts';

const change = defineChange<GreylistChange>({
  kind: 'change-greylist',
  store: (db, input) => storeChange(db, input),
});
export default change;

/** Exim uses the change at the next recipient. */
export async function changeGreylist(
  context: Pick<Context, 'db' | 'system'>,
  input: GreylistChange,
): Promise<Plan> {
  const isUsed = (await rolesOf(context)).has(ROLE);
  const files = filesOf(changed(await readState(context.db), input));
  const steps = isUsed ? [changeFiles.plan({ username: 'greylisting', files })] : [];
  return change.plan(input, { locks: [exclusive('greylist')], steps });
}
