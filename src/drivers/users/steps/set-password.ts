// The machine changes a password in one go, and nobody knows the old one to take it back.
import { defineStep } from '../../../core/plan.ts';

export default defineStep<{ readonly name: string }>({
  kind: 'users/set-password',
  describe: ({ name }) => `Set the password of “${name}”.`,
  apply: async (machine, { input: { name }, secret }) => (await machine.users()).setPassword(name, secret),
});
