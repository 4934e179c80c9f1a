// The change is atomic. It cannot be undone, because the old password is not known.
import { defineStep } from '../../../../../core/plan.ts';

export default defineStep<{ readonly name: string }>({
  kind: 'users/set-password',
  describe: ({ name }) => `Set the password of “${name}”.`,
  apply: async (machine, { input: { name }, secret }) => (await machine.users()).setPassword(name, secret),
});
