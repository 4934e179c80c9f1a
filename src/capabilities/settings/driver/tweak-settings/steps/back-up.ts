// Saves the tweak settings of a module in a file, so that a restoration can be undone.
import { defineStep } from '../../../../../core/plan.ts';
import type { Machine } from '../../../../../core/machine.ts';

interface Input {
  /** Directly below the directory of backups. */
  readonly path: string;
  readonly text: string;
}

const DIRECTORY = '/var/backups/whmapi1';

export default defineStep<Input>({
  kind: 'tweak-settings/back-up',
  // Not described, because the call itself says where the file is.
  async apply(machine, { input: { path, text } }) {
    const port = await files(machine);
    await port.makeDirectory(DIRECTORY, { mode: 0o700 });
    await port.write(path, text, { mode: 0o600 });
  },
  async undo(machine, { input: { path } }) {
    const port = await files(machine);
    await port.discard(path);
    await port.remove(path);
  },
});

const files = (machine: Machine) => machine.files(['/var/backups']);
