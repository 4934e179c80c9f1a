// Replaces the crontab of an account.
import { LookAgain } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  /** The crontab that the call has read. */
  readonly before: string;
  readonly after: string;
}

export default defineStep<Input>({
  kind: 'crontabs/write',
  describe: ({ name }) => `Replace the crontab of “${name}”.`,
  async prepare(machine, { name, before }) {
    const crontabs = await machine.crontabs();
    if ((await crontabs.read(name)) !== before)
      throw new LookAgain(`The crontab of “${name}” was changed meanwhile. Retry the call.`);
  },
  async apply(machine, { input: { name, after } }) {
    await (await machine.crontabs()).write(name, after);
  },
  async undo(machine, { input: { name, before } }) {
    await (await machine.crontabs()).write(name, before);
  },
});
