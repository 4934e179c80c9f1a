import { defineStep } from '../../../core/plan.ts';

interface Memento {
  /** True if only the reason changes, so that there is nothing to undo. */
  readonly wasSuspended: boolean;
}

export default defineStep<{ readonly name: string }, Memento>({
  kind: 'users/suspend',
  describe: ({ name }) =>
    `Lock the password of “${name}”, expire the account, end its processes, and disable its crontab.`,
  prepare: async (machine, { name }) => ({ wasSuspended: await (await machine.users()).isSuspended(name) }),
  apply: async (machine, { input: { name } }) => (await machine.users()).suspend(name),
  async undo(machine, { input: { name }, memento: { wasSuspended } }) {
    if (!wasSuspended) await (await machine.users()).unsuspend(name);
  },
});
