// Makes an account a reseller. A task adds its service subdomains, and nothing else changes on the machine. The lock
// prevents other calls from changing the account.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import { applySoon } from '../../capabilities/domains/rules/service-subdomains.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

interface SetUpReseller {
  readonly user: string;
  readonly ownsItself: boolean;
}

const change = defineChange<SetUpReseller>({
  kind: 'set-up-reseller',
  async store(db, { user, ownsItself }, { now }) {
    await resellers.setUp(db, user, ownsItself);
    await applySoon(db, user, now());
  },
});
export default change;

export function setUpReseller(input: SetUpReseller): Plan {
  return change.plan(input, { locks: [exclusive(`account ${input.user}`)], steps: [] });
}
