// Requires accounts to change their password at the next login.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import expirePassword from '../driver/users/steps/expire-password.ts';

const change = defineChange<null>({
  kind: 'expire-passwords',
  // Only the machine stores this.
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
