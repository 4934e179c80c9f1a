// Creates a folder for the sessions of PHP, in which every user can create files, but cannot list or remove those of
// others. An existing folder stays as it is.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { defineStep } from '../../../../core/plan.ts';

interface Input {
  readonly path: string;
}

export default defineStep<Input>({
  kind: 'php/make-session-folder',
  describe: ({ path }) => `Create the folder ${path} for sessions, if it does not exist.`,
  async apply(machine: Machine, { input: { path } }) {
    const parts = path.split('/').slice(1);
    const files = await machine.files([`/${parts[0] ?? ''}`]);
    for (let depth = 2; depth <= parts.length; depth++) {
      const folder = `/${parts.slice(0, depth).join('/')}`;
      const facts = await files.facts(folder);
      if (facts === undefined) {
        await files.makeDirectory(folder, { mode: depth === parts.length ? 0o1733 : 0o755 });
      } else if (facts.kind !== 'directory') {
        throw new MachineError('failed', `“${folder}” is not a directory. Choose another path.`);
      }
    }
  },
  // An empty folder that is left does no harm.
});
