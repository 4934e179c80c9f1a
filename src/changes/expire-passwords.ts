// Accounts have to choose a new password at their next login.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import expirePassword from '../drivers/users/steps/expire-password.ts';

const change = defineChange<null>({
  kind: 'expire-passwords',
  // The machine alone has it.
  store: async () => undefined,
});
export default change;

export function expirePasswords(usernames: readonly string[]): Plan {
  return change.plan(null, {
    irreversible: true,
    locks: usernames.map((username) => exclusive(`account ${username}`)),
    steps: usernames.map((name) => expirePassword.plan({ name })),
  });
}
