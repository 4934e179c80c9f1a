// Makes an account a reseller. Nothing changes on the machine. The lock prevents other calls from changing the account.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import * as resellers from '../model/resellers/resellers.ts';

interface SetUpReseller {
  readonly user: string;
  readonly ownsItself: boolean;
}

const change = defineChange<SetUpReseller>({
  kind: 'set-up-reseller',
  store: (db, { user, ownsItself }) => resellers.setUp(db, user, ownsItself),
});
export default change;

export function setUpReseller(input: SetUpReseller): Plan {
  return change.plan(input, { locks: [exclusive(`account ${input.user}`)], steps: [] });
}
