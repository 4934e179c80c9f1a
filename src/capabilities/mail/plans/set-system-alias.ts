// Sets where mail for a user of the system goes.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import setAlias from '../driver/exim/steps/set-alias.ts';
import type { SystemAlias } from '../driver/exim/look-aliases.ts';

/** Everything is in the file: there is nothing to store. */
const change = defineChange<SystemAlias>({ kind: 'set-system-alias', store: () => Promise.resolve() });
export default change;

/** @param text the file as it was read. */
export function setSystemAlias(alias: SystemAlias, text: string): Plan {
  return change.plan(alias, {
    locks: [exclusive('mail aliases of the system')],
    steps: [setAlias.plan({ ...alias, text })],
  });
}
