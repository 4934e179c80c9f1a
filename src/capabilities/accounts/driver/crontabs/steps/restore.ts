// Gives an account the crontab of a backup, unless it has one.
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  readonly text: string;
}

export default defineStep<Input, { readonly isMissing: boolean }>({
  kind: 'crontabs/restore',
  describe: ({ name }) => `Give “${name}” the crontab of the backup.`,
  prepare: async (machine, { name }) => ({
    isMissing: (await (await machine.crontabs()).read(name)) === '',
  }),
  async apply(machine, { input: { name, text }, memento: { isMissing } }) {
    if (isMissing) await (await machine.crontabs()).write(name, text);
  },
  async undo(machine, { input: { name, text }, memento: { isMissing } }) {
    const crontabs = await machine.crontabs();
    if (isMissing && (await crontabs.read(name)) === text) await crontabs.write(name, '');
  },
});
