// Replaces files of an account that configure its website, such as .htaccess, as the user.
import { LookAgain } from '../../../core/machine-error.ts';
import type { Machine } from '../../../core/machine.ts';
import { defineStep } from '../../../core/plan.ts';

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
      const found = await own.read(path, MAX_BYTES);
      if (new TextDecoder().decode(found?.content) !== before)
        throw new LookAgain(`“${path}” was changed meanwhile. Retry the call.`);
    }
  },
  apply: (machine, { input }) => writeAll(machine, input, 'after'),
  undo: (machine, { input }) => writeAll(machine, input, 'before'),
});

async function writeAll(
  machine: Machine,
  { name, files }: Input,
  version: 'before' | 'after',
): Promise<void> {
  const own = await machine.userFiles(name);
  for (const file of files) await own.write(file.path, new TextEncoder().encode(file[version]));
}
