// Replaces files of an account that configure its website, such as .htaccess, as the user.
import { LookAgain } from '../../../../core/machine-error.ts';
import type { MachineUserFiles } from '../../../../core/machine-user-files.ts';
import { defineStep } from '../../../../core/plan.ts';
import { isStillOurs } from '../../../../ground/driver/still-ours.ts';

interface AccessFile {
  /** Below the home directory. */
  readonly path: string;
  /** The text that the call has read. Empty if there was no file. */
  readonly before: string;
  readonly after: string;
}

interface Input {
  readonly name: string;
  readonly files: readonly AccessFile[];
}

const MAX_BYTES = 1024 * 1024;

export default defineStep<Input>({
  kind: 'access-files/write',
  describe: ({ files }) => `Replace ${files.map(({ path }) => `“${path}”`).join(', ')}.`,
  async prepare(machine, { name, files }) {
    const own = await machine.userFiles(name);
    for (const { path, before } of files) {
      if ((await textOf(own, path)) !== before)
        throw new LookAgain(`“${path}” was changed meanwhile. Retry the call.`);
    }
  },
  async apply(machine, { input: { name, files } }) {
    const own = await machine.userFiles(name);
    for (const { path, after } of files) await own.write(path, new TextEncoder().encode(after));
  },
  async undo(machine, { input: { name, files } }) {
    const own = await machine.userFiles(name);
    for (const { path, before, after } of files) {
      if (await isStillOurs(() => textOf(own, path), after))
        await own.write(path, new TextEncoder().encode(before));
    }
  },
});

/** Empty if there is no file. */
async function textOf(own: MachineUserFiles, path: string): Promise<string> {
  return new TextDecoder().decode((await own.read(path, MAX_BYTES))?.content);
}
