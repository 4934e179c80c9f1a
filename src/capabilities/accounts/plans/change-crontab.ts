// Replaces the crontab of an account.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import write from '../driver/crontabs/steps/write.ts';

const change = defineChange<null>({
  kind: 'change-crontab',
  // The machine alone has it.
  store: async () => undefined,
});
export default change;

export function changeCrontab(name: string, before: string, after: string): Plan {
  return change.plan(null, {
    locks: [exclusive(`account ${name}`)],
    steps: [write.plan({ name, before, after })],
  });
}
