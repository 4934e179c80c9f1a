// Copies the files of a website to the document root of another account.
import { defineStep, type StepResult } from '../../../../../core/plan.ts';
import { copyFolder, type Copied, type FolderCopy } from '../copied-folder.ts';

const step = defineStep<FolderCopy, undefined, Copied>({
  kind: 'document-roots/copy',
  describe: ({ from, to }) =>
    `Copy the files in “${from.home}/${from.folder}” to “${to.home}/${to.folder}”, as files of “${to.username}”.`,
  // Undone with the new home (users/create).
  apply: (machine, { input }) => copyFolder(machine, input),
});
export default step;

/** The last copy among the results of a plan. */
export function lastCopyIn(results: readonly StepResult[]): Copied | undefined {
  return step.resultIn(results.toReversed());
}
