// Writes everything that the mail servers know of an account again, as the store has it.
import type { Context } from '../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as accountParts from '../driver/account-parts.ts';
import { partDependencies } from '../driver/account-parts.ts';

const change = defineChange<{ readonly username: string }>({
  kind: 'normalize-mail',
  // The store is what the machine gets.
  store: async () => undefined,
});
export default change;

/** @throws ApiError `not_found`. */
export async function normalizeMail(context: Context, username: string): Promise<Plan> {
  const account = await accounts.get(context.db, context.caller, username);
  const steps = await accountParts.rebuiltMail(await partDependencies(context), account);
  return change.plan({ username }, { locks: [exclusive(`account ${username}`)], steps });
}
