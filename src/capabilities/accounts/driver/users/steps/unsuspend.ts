import { defineStep } from '../../../../../core/plan.ts';

export default defineStep<{ readonly name: string }>({
  kind: 'users/unsuspend',
  describe: ({ name }) =>
    `Unlock the password of “${name}” unless it was locked before the suspension, lift the expiry of the account, ` +
    `and enable its crontab.`,
  apply: async (machine, { input: { name } }) => (await machine.users()).unsuspend(name),
  undo: async (machine, { input: { name } }) => (await machine.users()).suspend(name),
});
