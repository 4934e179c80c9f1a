// Removes what interrupted changes of Exim’s configuration left behind.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import removeUnfinished from '../driver/exim/steps/remove-unfinished.ts';

const change = defineChange<null>({
  kind: 'clean-exim-configuration',
  // Only the machine knows these files.
  store: async () => undefined,
});
export default change;

/** Under the lock of every change of that configuration, so that the files of one in progress stay. */
export function cleanEximConfiguration(): Plan {
  return change.plan(null, {
    locks: [exclusive('service exim')],
    steps: [removeUnfinished.plan(null)],
    irreversible: true,
  });
}
