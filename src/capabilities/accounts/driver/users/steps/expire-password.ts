import { defineStep } from '../../../../../core/plan.ts';

export default defineStep<{ readonly name: string }>({
  kind: 'users/expire-password',
  describe: ({ name }) => `Expire the password of “${name}”.`,
  apply: async (machine, { input: { name } }) => (await machine.users()).expirePassword(name),
});
