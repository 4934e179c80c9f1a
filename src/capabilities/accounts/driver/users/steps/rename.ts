import type { NamedHome } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly from: NamedHome;
  readonly to: NamedHome;
}

export default defineStep<Input>({
  kind: 'users/rename',
  describe: ({ from, to }) =>
    `Rename the user “${from.name}” to “${to.name}” with the home directory “${to.home}”, and end its processes.`,
  apply: async (machine, { input: { from, to } }) => (await machine.users()).rename(from, to),
  async undo(machine, { input: { from, to } }) {
    const users = await machine.users();
    // With a home directory that the store does not know, renaming failed before it changed anything.
    const home = (await users.find(from.name))?.home ?? from.home;
    if (home === from.home) await users.rename(to, from);
  },
});
