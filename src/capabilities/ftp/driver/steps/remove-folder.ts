// Removes the folder of an FTP account with its contents, as the user.
import { defineStep } from '../../../../core/plan.ts';

interface Input {
  readonly username: string;
  /** Below the home. */
  readonly folder: string;
}

export default defineStep<Input>({
  kind: 'ftp/remove-folder',
  describe: ({ username, folder }) => `Remove the folder “${folder}” of “${username}” with its contents.`,
  irreversible: 'piecemeal',
  async apply(machine, { input: { username, folder } }) {
    await (await machine.userFiles(username)).remove(folder);
  },
});
