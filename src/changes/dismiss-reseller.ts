// A reseller is an ordinary account again, and what it owned is root's. Nothing changes on the machine, but nobody else
// may be at work on its accounts, or give it another.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import * as resellers from '../model/resellers/resellers.ts';

interface DismissReseller {
  readonly user: string;
}

const change = defineChange<DismissReseller>({
  kind: 'dismiss-reseller',
  store: (db, { user }) => resellers.dismiss(db, user),
});
export default change;

/** `owned`: the names of its accounts. */
export function dismissReseller(user: string, owned: readonly string[]): Plan {
  return change.plan(
    { user },
    {
      locks: [
        exclusive(`account ${user}`),
        exclusive(`accounts of ${user}`),
        ...owned.map((username) => exclusive(`account ${username}`)),
      ],
      steps: [],
    },
  );
}
