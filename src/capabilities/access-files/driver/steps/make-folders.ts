// Creates directories of an account for files that configure its website, as the user.
import { defineStep } from '../../../../core/plan.ts';

interface Input {
  readonly name: string;
  /** Absolute, each after the one that it is in. Existing ones stay as they are. */
  readonly folders: readonly string[];
}

export default defineStep<Input>({
  kind: 'access-files/make-folders',
  describe: ({ folders }) => `Create ${folders.map((path) => `“${path}”`).join(', ')}.`,
  async apply(machine, { input: { name, folders } }) {
    const own = await machine.userFiles(name);
    for (const path of folders) {
      // The one at the top, which the web server can enter, closes all others to other users.
      if ((await own.stat(path)) === undefined) await own.makeDirectory(path, 0o755);
    }
  },
});
