// A key file goes. There is no way back, and no copy is kept of a private key: so this is the last step of its plan.
import { defineStep } from '../../../core/plan.ts';
import { filesOf, pathOf, type KeyFolder } from '../folder.ts';

export default defineStep<{ readonly folder: KeyFolder; readonly name: string }>({
  kind: 'ssh-keys/remove',
  describe: ({ folder, name }) => `Remove “${pathOf(folder, name)}”.`,
  async apply(machine, { input: { folder, name } }) {
    await (await filesOf(machine, folder)).remove(pathOf(folder, name));
  },
});
