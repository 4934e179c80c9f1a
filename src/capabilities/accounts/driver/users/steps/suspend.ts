import { defineStep } from '../../../../../core/plan.ts';

interface Memento {
  /** True if only the reason changes, so that there is nothing to undo. */
  readonly wasSuspended: boolean;
}

interface Input {
  readonly name: string;
  /**
   * True if `users/end-processes` repeats all of it at the end. Until the daemons follow, the visitors of a website can
   * start processes again and again, so it is no failure here if some are left.
   */
  readonly isRepeated?: true;
}

export default defineStep<Input, Memento>({
  kind: 'users/suspend',
  describe: ({ name }) =>
    `Lock the password of “${name}”, expire the account, end its processes, and disable its crontab.`,
  prepare: async (machine, { name }) => ({ wasSuspended: await (await machine.users()).isSuspended(name) }),
  endsWriters: true,
  async apply(machine, { input: { name, isRepeated } }) {
    const users = await machine.users();
    await users.suspend(name, { mayLeaveProcesses: isRepeated === true });
  },
  async undo(machine, { input: { name }, memento: { wasSuspended } }) {
    if (!wasSuspended) await (await machine.users()).unsuspend(name);
  },
});
