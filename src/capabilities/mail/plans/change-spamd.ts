// Changes how SpamAssassin’s daemon is started.
import type { Context } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { SPAM_ROLE } from '../driver/spamassassin/account.ts';
import configure from '../driver/spamassassin/steps/configure.ts';
import { write, type DaemonSettings } from '../rules/spam/settings.ts';

const change = defineChange<DaemonSettings>({ kind: 'change-spamd', store: write });
export default change;

/** A server without the role stores the settings for later. */
export async function changeSpamd(
  context: Pick<Context, 'db' | 'system'>,
  settings: DaemonSettings,
): Promise<Plan> {
  const isUsed = (await rolesOf(context)).has(SPAM_ROLE);
  return change.plan(settings, {
    locks: [exclusive('spamd')],
    steps: isUsed ? [configure.plan(settings)] : [],
  });
}
