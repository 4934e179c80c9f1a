// Converts a reseller to an ordinary account. root becomes the owner of its accounts. Nothing changes on the machine.
// The locks prevent other calls from changing these accounts and from giving the reseller another one.
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
