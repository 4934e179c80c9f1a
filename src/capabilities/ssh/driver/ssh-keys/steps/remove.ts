// A key file goes. There is no way back, because no copy is kept of a private key.
import { defineStep } from '../../../../../core/plan.ts';
import { filesOf, pathOf, type KeyFolder } from '../folder.ts';

export default defineStep<{ readonly folder: KeyFolder; readonly name: string }>({
  kind: 'ssh-keys/remove',
  irreversible: 'at-once',
  describe: ({ folder, name }) => `Remove “${pathOf(folder, name)}”.`,
  async apply(machine, { input: { folder, name } }) {
    await (await filesOf(machine, folder)).remove(pathOf(folder, name));
  },
});
