// Converts a reseller to an ordinary account. root becomes the owner of its accounts. A task removes the service
// subdomains that only resellers have, and nothing else changes on the machine.
// The locks prevent other calls from changing these accounts and from giving the reseller another one.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import { applySoon } from '../../capabilities/domains/rules/service-subdomains.ts';
import { dismiss } from '../rules/resellers.ts';

interface DismissReseller {
  readonly user: string;
}

const change = defineChange<DismissReseller>({
  kind: 'dismiss-reseller',
  async store(db, { user }, { now }) {
    await dismiss(db, user);
    await applySoon(db, user, now());
  },
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
