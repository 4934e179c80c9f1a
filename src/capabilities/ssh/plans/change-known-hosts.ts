// Replaces the file ~/.ssh/known_hosts of an account. The lock prevents that two calls at once lose a change.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import write from '../driver/ssh-keys/steps/write-known-hosts.ts';

const change = defineChange<null>({
  kind: 'change-known-hosts',
  // The account's file alone has it.
  store: async () => undefined,
});
export default change;

export function changeKnownHosts(name: string, before: string, after: string): Plan {
  return change.plan(null, {
    locks: [exclusive(`account ${name}`)],
    steps: before === after ? [] : [write.plan({ name, before, after })],
  });
}
