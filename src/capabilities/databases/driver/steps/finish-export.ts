// Gives the directory of an export its name. What has that name is complete.
import { defineStep } from '../../../../core/plan.ts';
import { draftOf, filesOf } from '../archive.ts';

export default defineStep<{ readonly directory: string }>({
  kind: 'databases/finish-export',
  async apply(machine, { input: { directory } }) {
    const files = await filesOf(machine, directory);
    // The rename is refused if it is not empty any more.
    if ((await files.facts(draftOf(directory))) !== undefined) await files.removeEmptyDirectory(directory);
    await files.rename(draftOf(directory), directory);
  },
  async undo(machine, { input: { directory } }) {
    const files = await filesOf(machine, directory);
    const hasDraft = (await files.facts(draftOf(directory))) !== undefined;
    if (!hasDraft && (await files.facts(directory)) !== undefined)
      await files.rename(directory, draftOf(directory));
  },
});
