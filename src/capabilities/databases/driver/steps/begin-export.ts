// Creates the directory that an export writes to. It gets its final name once everything is in it.
import { MachineError } from '../../../../core/machine-error.ts';
import { defineStep } from '../../../../core/plan.ts';
import { assertOnlyRootCanMove, draftOf, filesOf, FOLDER, removeArchive } from '../archive.ts';

export default defineStep<{ readonly directory: string }>({
  kind: 'databases/begin-export',
  describe: ({ directory }) => `Create the directory “${directory}”, which only root can read.`,
  async prepare(machine, { directory }) {
    const files = await filesOf(machine, directory);
    assertOnlyRootCanMove(machine, files.locate(directory));
    const facts = await files.facts(directory);
    const isEmpty = facts?.kind === 'directory' && (await files.list(directory)).length === 0;
    if (facts !== undefined && !isEmpty) {
      throw new MachineError('exists', `“${directory}” already exists and is not an empty directory.`);
    }
    const draft = draftOf(directory);
    if ((await files.facts(draft)) !== undefined) {
      throw new MachineError('exists', `“${draft}” already exists. Move it away.`);
    }
  },
  async apply(machine, { input: { directory } }) {
    const files = await filesOf(machine, directory);
    const draft = draftOf(directory);
    for (const folder of [draft, `${draft}/mysql`, `${draft}/psql`])
      await files.makeDirectory(folder, FOLDER);
  },
  undo: (machine, { input: { directory } }) => removeArchive(machine, draftOf(directory)),
});
