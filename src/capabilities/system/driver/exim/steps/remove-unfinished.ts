import { defineStep } from '../../../../../core/plan.ts';
import { listUnfinished } from '../look-exim.ts';

/** The paths of the removed files. */
export default defineStep<null, undefined, string[]>({
  kind: 'exim/remove-unfinished',
  describe: () => 'Remove the files that an interrupted change of Exim’s configuration left behind.',
  async apply(machine) {
    const paths = await listUnfinished(machine);
    const files = await machine.files(['/etc/exim4']);
    for (const path of paths) await files.remove(path);
    return paths;
  },
});
